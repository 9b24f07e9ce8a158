import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@gavel/observability/logger';
import { composeMail } from '../domain/compose-mail.ts';
import { type AttemptPolicy, afterInterruption, nextAttempt } from '../domain/next-attempt.ts';
import type { DueMail, MailOutbox, MailResult, MailTransport, Sending } from './mail-outbox.ts';

const log = createLogger('mail');
/** Few: what was lent and not settled by a sender that died waits for its lease to end. */
const BATCH = 10;
/** Of so many mails it is known that the server broke off over them. */
const REMEMBERED = 1_000;

export interface MailSenderOptions {
  readonly outbox: MailOutbox;
  readonly transport: MailTransport;
  /** Where pages of items are, if anywhere. */
  readonly webUrl: string | undefined;
  /** Between looks at an empty outbox. */
  readonly pollMs: number;
  readonly policy: AttemptPolicy;
}

export interface MailStatus {
  readonly state: 'sending' | 'retrying' | 'stopped';
  readonly problem?: string;
}

/**
 * Sends the mails of the outbox for as long as it is not stopped. A mail is sent outside of any transaction and settled
 * after it, so one may go out twice (with the same Message-ID) and none is forgotten.
 */
export class MailSender {
  readonly #options: MailSenderOptions;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  /** How often the server broke off over a mail since the mail's last try that counts. */
  readonly #interruptions = new Map<string, number>();
  #problem: string | undefined;

  constructor(options: MailSenderOptions) {
    this.#options = options;
    this.#done = this.#run();
  }

  status(): MailStatus {
    if (this.#stopping.signal.aborted) return { state: 'stopped' };
    return this.#problem === undefined ? { state: 'sending' } : { state: 'retrying', problem: this.#problem };
  }

  /** Finishes the mail in hand. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
    this.#options.transport.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      let rest = this.#options.pollMs;
      try {
        const { sent, unreachable } = await this.#sendDue();
        failures = unreachable === undefined ? 0 : failures + 1;
        this.#note(unreachable, failures);
        if (unreachable === undefined && sent > 0) rest = 0;
      } catch (error) {
        failures += 1;
        this.#note(error instanceof Error ? error.message : String(error), failures);
      }
      if (failures > 0) rest = Math.min(rest * 2 ** Math.min(failures, 10), 60_000);
      // Aborting is how a wait ends early; there is nothing else it can reject with.
      if (rest > 0) await sleep(rest, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Ends early when the server is away or breaks off: the rest is put back as it was. */
  async #sendDue(): Promise<{ sent: number; unreachable: string | undefined }> {
    const { outbox, transport } = this.#options;
    // Those over which the server broke off come last: they hold up nothing but each other.
    const mails = (await outbox.lend(BATCH)).toSorted((a, b) => this.#troubles(a) - this.#troubles(b));
    let unreachable: string | undefined;
    let ended: string | undefined;
    for (const mail of mails) {
      if (this.#stopping.signal.aborted) ended ??= 'stopped';
      if (ended !== undefined) {
        await this.#putBack(mail, ended);
        continue;
      }
      const result = await this.#send(mail);
      if (result.kind !== 'unreachable') {
        this.#interruptions.delete(mail.notificationId);
        await outbox.settle(mail.notificationId, result);
        continue;
      }
      ended = result.error;
      if (await transport.isReachable()) await this.#setAside(mail, ended);
      else {
        unreachable = ended;
        await this.#putBack(mail, ended);
      }
    }
    return { sent: mails.length, unreachable };
  }

  #troubles({ notificationId, attempts }: DueMail): number {
    return attempts + (this.#interruptions.get(notificationId) ?? 0);
  }

  async #putBack({ notificationId, attempts }: DueMail, error: string): Promise<void> {
    const { outbox, pollMs } = this.#options;
    await outbox.settle(notificationId, { kind: 'later', error, inMs: pollMs, attempts });
  }

  /** The server is there, and broke off over this mail. */
  async #setAside(mail: DueMail, error: string): Promise<void> {
    const { outbox, policy } = this.#options;
    const id = mail.notificationId;
    const times = (this.#interruptions.get(id) ?? 0) + 1;
    // Mails that other senders settled are never heard of again.
    if (this.#interruptions.size >= REMEMBERED) this.#interruptions.clear();
    if (times >= policy.interruptions) this.#interruptions.delete(id);
    else this.#interruptions.set(id, times);
    log.warn({ notification: id, error, times }, 'the mail server broke off over a mail');
    await outbox.settle(id, afterInterruption(mail, times, error, policy, Date.now()));
  }

  async #send(mail: DueMail): Promise<MailResult | (Sending & { kind: 'unreachable' })> {
    const { transport, webUrl, policy } = this.#options;
    const { recipient, notificationId } = mail;
    if (recipient === undefined) return nextAttempt(mail, 'NO_ADDRESS', policy, Date.now());
    const url = webUrl === undefined ? undefined : `${webUrl.replace(/\/$/, '')}/items/${mail.itemId}`;
    const sending = await transport.send({
      messageId: `<${notificationId}@notifications.gavel>`,
      to: { name: recipient.fullName, address: recipient.email },
      ...composeMail({ ...mail, url }),
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

  #note(problem: string | undefined, failures: number): void {
    if (problem === undefined && this.#problem !== undefined) log.info('mail goes out again');
    this.#problem = problem;
    if (problem !== undefined && /^10*$/.test(String(failures))) {
      log.warn({ failures, problem }, 'no mail goes out, trying again');
    }
  }
}
