import { createLogger } from '@gavel/observability/logger';
import type { MailTransport, Sending } from '@gavel/service-runtime/smtp-transport';
import { composeMail } from './compose-mail.ts';
import { type AttemptPolicy, afterInterruption, nextAttempt } from './next-attempt.ts';
import type { DueMail, MailOutbox, MailResult } from './ports.ts';

const log = createLogger('mail');
/** A small batch: mails that were leased by a sender that died wait until the lease ends. */
const BATCH = 10;
/** The number of mails whose interruptions the sender remembers. */
const REMEMBERED = 1_000;

export interface MailSenderOptions {
  readonly outbox: MailOutbox;
  readonly transport: MailTransport;
  /** The web app, for links to items; undefined: mails have no link. */
  readonly webUrl: string | undefined;
  /** Between two reads of an empty outbox, in milliseconds. */
  readonly pollMs: number;
  readonly policy: AttemptPolicy;
}

/** How often the server closed the connection during a mail since the mail's last counted attempt, by notification id. */
export type Interruptions = Map<string, number>;

export interface SentBatch {
  /** Number of mails that were leased. */
  readonly mails: number;
  /** Why the server could not be reached; undefined if it could. */
  readonly unreachable: string | undefined;
}

/**
 * Sends one batch of due mails, outside any transaction. A mail's result is stored after it was sent, so a mail may be sent
 * twice (with the same Message-ID) and none is lost. Ends early when the server is unavailable or drops the connection
 * during a mail: the rest of the batch is returned unchanged.
 */
export async function sendDueMails(
  options: MailSenderOptions,
  interruptions: Interruptions,
  stopping: AbortSignal,
): Promise<SentBatch> {
  const { outbox, transport } = options;
  // Mails during which the connection was dropped come last, so that they delay only each other.
  const troubles = ({ notificationId, attempts }: DueMail): number =>
    attempts + (interruptions.get(notificationId) ?? 0);
  const mails = (await outbox.lease(BATCH)).toSorted((a, b) => troubles(a) - troubles(b));
  let unreachable: string | undefined;
  let ended: string | undefined;
  for (const mail of mails) {
    if (stopping.aborted) ended ??= 'stopped';
    if (ended !== undefined) {
      await returnUnsent(options, mail, ended);
      continue;
    }
    const result = await send(options, mail);
    if (result.kind !== 'unreachable') {
      interruptions.delete(mail.notificationId);
      await outbox.record(mail.notificationId, result);
      continue;
    }
    ended = result.error;
    if (await transport.isReachable()) await postpone(options, interruptions, mail, ended);
    else {
      unreachable = ended;
      await returnUnsent(options, mail, ended);
    }
  }
  return { mails: mails.length, unreachable };
}

async function returnUnsent(
  { outbox, pollMs }: MailSenderOptions,
  { notificationId, attempts }: DueMail,
  error: string,
): Promise<void> {
  await outbox.record(notificationId, { kind: 'later', error, inMs: pollMs, attempts });
}

/** Postpones a mail during which a reachable server dropped the connection. */
async function postpone(
  { outbox, policy }: MailSenderOptions,
  interruptions: Interruptions,
  mail: DueMail,
  error: string,
): Promise<void> {
  const id = mail.notificationId;
  const times = (interruptions.get(id) ?? 0) + 1;
  // Mails that other senders have finished are never deleted one by one, so the memory is limited here.
  if (interruptions.size >= REMEMBERED) interruptions.clear();
  if (times >= policy.interruptions) interruptions.delete(id);
  else interruptions.set(id, times);
  log.warn({ notification: id, error, times }, 'the mail server dropped the connection during a mail');
  await outbox.record(id, afterInterruption(mail, times, error, policy, Date.now()));
}

async function send(
  { transport, webUrl, policy }: MailSenderOptions,
  mail: DueMail,
): Promise<MailResult | (Sending & { kind: 'unreachable' })> {
  const { recipient, notificationId } = mail;
  if (recipient === undefined) return nextAttempt(mail, 'NO_ADDRESS', policy, Date.now());
  const site = webUrl?.replace(/\/$/, '');
  const url = site === undefined ? undefined : `${site}/items/${mail.itemId}`;
  const sending = await transport.send({
    messageId: `<${notificationId}@notifications.gavel>`,
    to: { name: recipient.fullName, address: recipient.email },
    ...composeMail({ ...mail, url, picture: pictureUrl(mail.image, site) }),
  });
  switch (sending.kind) {
    case 'accepted':
      return { kind: 'sent' };
    case 'refused':
      log.warn({ notification: notificationId, error: sending.error }, 'mail refused');
      return { kind: 'given-up', error: sending.error };
    case 'deferred':
      return nextAttempt(mail, sending.error, policy, Date.now());
    case 'unreachable':
      return sending;
  }
}

/** The address of a picture: an https link as it is, a site path on the web app. Undefined for anything else. */
function pictureUrl(image: string | undefined, site: string | undefined): string | undefined {
  if (image === undefined) return undefined;
  if (/^\/[^/\\]/.test(image)) return site === undefined ? undefined : `${site}${image}`;
  return URL.canParse(image) && new URL(image).protocol === 'https:' ? image : undefined;
}
