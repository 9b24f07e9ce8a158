import type { Failure } from '@gavel/service-runtime/failure';

/** Too many attempts. `retry_after_seconds` says when the next attempt may succeed. */
export function rateLimited(retryAfterSeconds: number): Failure<'RATE_LIMITED'> {
  return {
    ok: false,
    reason: 'RATE_LIMITED',
    message: `too many attempts; try again in ${retryAfterSeconds} s`,
    metadata: { retry_after_seconds: String(retryAfterSeconds) },
  };
}

/** Too many wrong passwords for this account from this client: none is tried now. */
export function signInLocked(retryAfterSeconds: number): Failure<'RATE_LIMITED'> {
  const { metadata, ...refusal } = rateLimited(retryAfterSeconds);
  return { ...refusal, metadata: { ...metadata, locked: 'true' } };
}

/** No mail server is configured. */
export function noMails(): Failure<'UNAVAILABLE'> {
  return { ok: false, reason: 'UNAVAILABLE', message: 'this system sends no mails' };
}

/** The queue of password hashes is full. */
export function tooBusy(): Failure<'UNAVAILABLE'> {
  return { ok: false, reason: 'UNAVAILABLE', message: 'too many sign-ins at once; try again in a moment' };
}
