import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** A mail server in this process that keeps what it takes. */
export interface MailServer {
  readonly url: string;
  readonly port: number;
  /** Whole messages, as they came over the wire. */
  readonly messages: string[];
  /** Answers to recipients before mail is taken from now on, in order: SMTP codes. */
  readonly refusals: number[];
  /** Recipients at whose name it drops every connection. */
  readonly chokesOn: Set<string>;
  close(): Promise<void>;
}

/** Listens on loopback, at a port of its own unless told. */
export async function openMailServer(port = 0): Promise<MailServer> {
  const messages: string[] = [];
  const refusals: number[] = [];
  const chokesOn = new Set<string>();
  const sockets = new Set<Socket>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onRcptTo(address, _, callback) {
      if (chokesOn.has(address.address)) {
        for (const socket of sockets) socket.destroy();
        return;
      }
      const code = refusals.shift();
      if (code === undefined) callback();
      else callback(Object.assign(new Error(`not for ${address.address}`), { responseCode: code }));
    },
    onData(stream, _, callback) {
      text(stream).then((message) => {
        messages.push(message);
        callback();
      }, callback);
    },
  });
  // A client that goes away in the middle is no failure of a test.
  server.on('error', () => undefined);
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    port: address.port,
    messages,
    refusals,
    chokesOn,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
