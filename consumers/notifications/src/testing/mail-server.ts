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

/** The subject of a mail as its reader sees it, and the bodies of its parts. */
export function decodeMail(message: string): { readonly subject: string; readonly bodies: string[] } {
  const header = /^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(message)?.[1] ?? '';
  const subject = header
    .replaceAll(/\?=\r?\n?\s+=\?/g, '?==?')
    .replaceAll(/=\?UTF-8\?([BQ])\?(.*?)\?=/gi, (_, encoding: string, text: string) =>
      encoding.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString('latin1')
        : unquote(text.replaceAll('_', ' ')),
    );
  const boundary = /boundary="([^"]+)"/.exec(message)?.[1];
  const parts = boundary === undefined ? [message] : message.split(`--${boundary}`).slice(1, -1);
  return { subject: Buffer.from(subject, 'latin1').toString(), bodies: parts.map(decodePart) };
}

function decodePart(part: string): string {
  const [head = '', ...rest] = part.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString();
  return Buffer.from(
    /quoted-printable/i.test(head) ? unquote(body.replaceAll('=\r\n', '')) : body,
    'latin1',
  ).toString();
}

function unquote(text: string): string {
  return text.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
