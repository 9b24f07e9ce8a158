import { createLogger } from '@gavel/observability/logger';
import { type BackOff, delayBefore } from '@gavel/resilience';
import type { MailTransport } from '@gavel/service-runtime/smtp-transport';
import { composeAccountMail } from './compose-account-mail.ts';
import type { AccountMails } from './ports.ts';

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
