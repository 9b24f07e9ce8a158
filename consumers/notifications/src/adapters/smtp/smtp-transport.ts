import { createLogger } from '@gavel/observability/logger';
import { createTransport } from 'nodemailer';
import type { MailTransport, Sending } from '../../application/mail-outbox.ts';

const log = createLogger('mail');
/** Every wait has an end, so that a server that hangs is one that is away. */
const CONNECT_MS = 10_000;
const SILENCE_MS = 20_000;

/**
 * Sends through an SMTP server, over one connection that is kept.
 * @param url `smtp://user:pass@host:port`, or `smtps://` for TLS from the start
 * @param from the sender, as a mail's From line
 */
export function createSmtpTransport(url: string, from: string): MailTransport {
  const transporter = createTransport({
    url,
    pool: true,
    maxConnections: 1,
    // Once, for a kept connection that the server has just ended; any more tries are the sender's to count.
    maxRequeues: 1,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    // Mail is made of what people have typed: it never reads a file or a URL.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ messageId, to, subject, text }) {
      try {
        await transporter.sendMail({ from, to, subject, text, messageId });
        return { kind: 'accepted' };
      } catch (error) {
        return judge(error);
      }
    },
    async isReachable() {
      try {
        await transporter.verify();
        return true;
      } catch (error) {
        log.debug({ code: (error as { code?: string }).code }, 'mail server is away');
        return false;
      }
    },
    close: () => transporter.close(),
  };
}

// The server's text may quote the address, so only codes go on.
function judge(error: unknown): Sending {
  const { code = 'UNKNOWN', responseCode } = error as { code?: string; responseCode?: number };
  const name = responseCode === undefined ? code : `${code} ${responseCode}`;
  const aboutTheMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  // 421: the server is going away, whatever it was asked.
  if (!aboutTheMail || responseCode === 421) return { kind: 'unreachable', error: name };
  const permanent = responseCode === undefined || responseCode >= 500;
  return { kind: permanent ? 'refused' : 'deferred', error: name };
}
