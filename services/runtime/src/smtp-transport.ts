import { createLogger } from '@gavel/observability/logger';
import { createTransport } from 'nodemailer';

/** The answer of the mail server to one mail. */
export type Sending =
  | { readonly kind: 'accepted' }
  /** Refused permanently. */
  | { readonly kind: 'refused'; readonly error: string }
  /** Refused for now. */
  | { readonly kind: 'deferred'; readonly error: string }
  /** No answer about the mail: the server is unavailable or refuses our connection. */
  | { readonly kind: 'unreachable'; readonly error: string };

export interface OutgoingMail {
  /** The same for each attempt, so that a mail that was sent twice can be recognised. */
  readonly messageId: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  /** The same content as HTML. Without it the mail is plain text. */
  readonly html?: string;
}

/** Sends mails through a mail server, one at a time. Never throws. */
export interface MailTransport {
  send(mail: OutgoingMail): Promise<Sending>;
  /**
   * True if the server accepts a connection and our login now. This distinguishes an unavailable server from a mail
   * that makes the server fail.
   */
  isReachable(): Promise<boolean>;
  close(): void;
}

const log = createLogger('mail');
/** Every wait has a timeout, so that a hanging server counts as unavailable. */
const CONNECT_MS = 10_000;
const SILENCE_MS = 20_000;

/**
 * Sends through an SMTP server, over one connection that stays open.
 * @param url `smtp://user:pass@host:port`, or `smtps://` for TLS from the start
 * @param from the sender, as a mail's From line
 */
export function createSmtpTransport(url: string, from: string): MailTransport {
  const transporter = createTransport({
    url,
    pool: true,
    maxConnections: 1,
    // One retry, for an open connection that the server has just closed. Further attempts are counted by the sender.
    maxRequeues: 1,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    // Mails contain text that people typed, so nothing in a mail may read a file or a URL.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ messageId, to, subject, text, html }) {
      try {
        await transporter.sendMail({ from, to, subject, text, html, messageId });
        return { kind: 'accepted' };
      } catch (error) {
        return classify(error);
      }
    },
    async isReachable() {
      try {
        await transporter.verify();
        return true;
      } catch (error) {
        log.debug({ code: (error as { code?: string }).code }, 'the mail server is unavailable');
        return false;
      }
    },
    close: () => transporter.close(),
  };
}

// Returns codes only, because the server's text may quote the address.
function classify(error: unknown): Sending {
  const { code = 'UNKNOWN', responseCode } = error as { code?: string; responseCode?: number };
  const name = responseCode === undefined ? code : `${code} ${responseCode}`;
  const aboutTheMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  // 421: the server closes the connection, whatever the command was.
  if (!aboutTheMail || responseCode === 421) return { kind: 'unreachable', error: name };
  const permanent = responseCode === undefined || responseCode >= 500;
  return { kind: permanent ? 'refused' : 'deferred', error: name };
}
