import { type BackOff, delayBefore } from '@gavel/resilience';

/** How often and how long sending a mail is attempted. */
export interface AttemptPolicy extends BackOff {
  readonly attempts: number;
  /** How often a reachable server may drop the connection during a mail before that counts as one attempt. */
  readonly interruptions: number;
  /** How long a mail waits for an unknown address. */
  readonly addressMs: number;
}

/** Ten attempts, up to an hour apart, take about four hours in total; an address may arrive within a day. */
export const mailPolicy: AttemptPolicy = {
  firstMs: 30_000,
  maxMs: 3_600_000,
  attempts: 10,
  interruptions: 3,
  addressMs: 24 * 3_600_000,
};

export type NextAttempt =
  | { readonly kind: 'later'; readonly error: string; readonly inMs: number; readonly attempts: number }
  | { readonly kind: 'given-up'; readonly error: string };

/**
 * The time of the next attempt after a failed one, or the decision to give up the mail. A missing address uses up no
 * attempt.
 */
export function nextAttempt(
  mail: { readonly attempts: number; readonly recipient: unknown; readonly createdAt: Date },
  error: string,
  policy: AttemptPolicy,
  now: number,
): NextAttempt {
  if (mail.recipient === undefined) {
    const late = now - mail.createdAt.getTime() > policy.addressMs;
    // A new address makes its mails due immediately; this delay is for a mail that just missed it.
    return late
      ? { kind: 'given-up', error }
      : { kind: 'later', error, inMs: policy.maxMs, attempts: mail.attempts };
  }
  const attempts = mail.attempts + 1;
  if (attempts >= policy.attempts) return { kind: 'given-up', error };
  return {
    kind: 'later',
    error,
    inMs: delayAfter(mail.attempts, policy),
    attempts,
  };
}

/**
 * The time of the next attempt for a mail during which a reachable server dropped the connection. `times`: how often this
 * has happened since the last counted attempt. The cause may be chance or the mail itself, so the mail waits like a deferred
 * one, and only every `interruptions`th time counts as an attempt.
 */
export function afterInterruption(
  mail: Parameters<typeof nextAttempt>[0],
  times: number,
  error: string,
  policy: AttemptPolicy,
  now: number,
): NextAttempt {
  if (times >= policy.interruptions) return nextAttempt(mail, error, policy, now);
  return { kind: 'later', error, inMs: delayAfter(mail.attempts, policy), attempts: mail.attempts };
}

/** Without chance: mails are sent one after the other, so they do not retry at the same moment. */
function delayAfter(attempts: number, policy: AttemptPolicy): number {
  return delayBefore(attempts + 1, policy, 1);
}
