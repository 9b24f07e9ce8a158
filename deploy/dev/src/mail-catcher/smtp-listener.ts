import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

const LARGEST_BYTES = 10_000_000;

/** An SMTP server that accepts every mail from everybody, without login and without TLS. `take` stores a message. */
export function createSmtpListener(take: (message: Buffer) => Promise<void>): SMTPServer {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    size: LARGEST_BYTES,
    onData(stream, _, callback) {
      buffer(stream)
        .then(take)
        .then(() => callback(), callback);
    },
  });
  // A client that disconnects in the middle of a mail is no fault of the catcher.
  server.on('error', (error) => console.info(`a client's connection ended: ${error.message}`));
  return server;
}
