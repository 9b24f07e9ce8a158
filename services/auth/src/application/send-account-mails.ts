import { createLogger } from '@gavel/observability/logger';
import { type BackOff, delayBefore } from '@gavel/resilience';
import type { MailTransport, OutgoingMail } from '@gavel/service-runtime/smtp-transport';
import type { AccountMails, ClaimedMail } from './ports.ts';

const log = createLogger('account-mail');

// A link is asked for by somebody who waits for it. After an hour of failures it helps nobody.
const MOST_ATTEMPTS = 10;
const BACK_OFF: BackOff = { firstMs: 5_000, maxMs: 600_000 };

export interface SendingOptions {
  accountMails: AccountMails;
  transport: Pick<MailTransport, 'send'>;
  /** The web app, for the links. */
  webUrl: string;
}

/** Sends the mails that are due, one at a time. Throws when the mail server is unavailable; the mail is tried again later. */
export async function sendAccountMails(options: SendingOptions, stopping: AbortSignal): Promise<void> {
  const { accountMails, transport, webUrl } = options;
  while (!stopping.aborted) {
    const mail = await accountMails.claim();
    if (mail === undefined) return;
    const sending = await transport.send(composeAccountMail(mail, webUrl));
    const { id, attempts } = mail;
    if (sending.kind === 'accepted') {
      await accountMails.remove(id);
    } else if (sending.kind === 'refused' || attempts >= MOST_ATTEMPTS) {
      log.warn({ id, attempts, error: sending.error }, 'a mail could not be sent; it is given up');
      await accountMails.remove(id);
    } else {
      await accountMails.retryIn(id, delayBefore(attempts, BACK_OFF));
      if (sending.kind === 'unreachable') throw new Error(`the mail server is unavailable: ${sending.error}`);
    }
  }
}

/**
 * The mail with its link; the link's secret is in no other place. It has no text that somebody typed: a stranger may have created the
 * account to let us send words of theirs.
 */
export function composeAccountMail({ id, attempts, token, to }: ClaimedMail, webUrl: string): OutgoingMail {
  const link = new URL('/reset-password', webUrl);
  link.searchParams.set('token', token);
  const text = [
    'Somebody, probably you, asked for a new password for your account at Gavel.',
    `To choose a new password, open this link within 30 minutes. It works once:\n${link.href}`,
    'If you did not ask for this, do nothing: your password stays as it is.',
  ];
  return {
    messageId: `<${id}.${attempts}@gavel.localhost>`,
    to: { name: '', address: to },
    subject: 'Choose a new password',
    text: `${text.join('\n\n')}\n`,
  };
}
