import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** A mail server in this process that stores the mails it accepts. */
export interface MailServer {
  readonly url: string;
  readonly port: number;
  /** The whole messages, as received. */
  readonly messages: string[];
  /** SMTP codes with which it refuses the next recipients, in order; afterwards it accepts. */
  readonly refusals: number[];
  /** Recipients for whom it drops every connection. */
  readonly dropsConnectionsFor: Set<string>;
  close(): Promise<void>;
}

/** Listens on loopback. Default: a free port. */
export async function openMailServer(port = 0): Promise<MailServer> {
  const messages: string[] = [];
  const refusals: number[] = [];
  const dropsConnectionsFor = new Set<string>();
  const sockets = new Set<Socket>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onRcptTo(address, _, callback) {
      if (dropsConnectionsFor.has(address.address)) {
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
  // A client that disconnects in the middle must not fail a test.
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
    dropsConnectionsFor,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
