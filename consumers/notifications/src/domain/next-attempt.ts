/** How often and how long a mail is tried. */
export interface AttemptPolicy {
  readonly firstMs: number;
  readonly maxMs: number;
  readonly attempts: number;
  /** So often may the server break off over a mail, while it is there for others, before that counts as a try. */
  readonly interruptions: number;
  /** How long an address is waited for. */
  readonly addressMs: number;
}

/** Up to an hour apart: ten tries span about four hours, an address may come within a day. */
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

/** When a mail that was not taken is tried again, or that it is given up. A missing address uses up no try. */
export function nextAttempt(
  mail: { readonly attempts: number; readonly recipient: unknown; readonly createdAt: Date },
  error: string,
  policy: AttemptPolicy,
  now: number,
): NextAttempt {
  if (mail.recipient === undefined) {
    const late = now - mail.createdAt.getTime() > policy.addressMs;
    // Learning the address makes its mails due at once; this is for the one that was just missed.
    return late
      ? { kind: 'given-up', error }
      : { kind: 'later', error, inMs: policy.maxMs, attempts: mail.attempts };
  }
  const attempts = mail.attempts + 1;
  if (attempts >= policy.attempts) return { kind: 'given-up', error };
  return {
    kind: 'later',
    error,
    inMs: Math.min(policy.firstMs * 2 ** mail.attempts, policy.maxMs),
    attempts,
  };
}

/**
 * When a mail is tried again over which the server has broken off for the `times`th time since its last try, though it is
 * there. That may be chance, or the mail itself: it waits like one that was deferred, and every few times count as a try.
 */
export function afterInterruption(
  mail: Parameters<typeof nextAttempt>[0],
  times: number,
  error: string,
  policy: AttemptPolicy,
  now: number,
): NextAttempt {
  if (times >= policy.interruptions) return nextAttempt(mail, error, policy, now);
  const inMs = Math.min(policy.firstMs * 2 ** mail.attempts, policy.maxMs);
  return { kind: 'later', error, inMs, attempts: mail.attempts };
}
