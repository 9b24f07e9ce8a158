import { createHash } from 'node:crypto';
import type { RateLimiter } from '@gavel/service-runtime/rate-limiter';
import type { Counted, RateRule } from '@gavel/service-runtime/rate-rule';
import type { Attempt, AttemptLimits, LimitedMethod, Verdict } from '../../application/ports.ts';

export interface AttemptRules {
  /** Wrong passwords per e-mail address and client until the first pause. */
  readonly loginFailures: number;
  /** Requests per address. */
  readonly loginsPerMinute: number;
  readonly registrationsPerHour: number;
  readonly refreshesPerMinute: number;
  readonly resetsPerHour: number;
  /** All unknown addresses together may send this many times the requests of an address. */
  readonly unknownFactor: number;
  /** How long a device token is valid. */
  readonly deviceSeconds: number;
  /** Mails that anybody asks for, per e-mail address. */
  readonly mailsPerHour: number;
}

/** Counts attempts with the house's rate limiter. Its keys contain hashes of e-mail addresses. */
export function createAttemptLimits(limiter: RateLimiter, rules: AttemptRules): AttemptLimits {
  const requests: Readonly<Record<LimitedMethod, RateRule>> = {
    login: fixedWindow('login', rules.loginsPerMinute, 60),
    register: fixedWindow('register', rules.registrationsPerHour, 3600),
    refresh: fixedWindow('refresh', rules.refreshesPerMinute, 60),
    reset: fixedWindow('reset', rules.resetsPerHour, 3600),
  };
  // Each further series of failures in a longer window means a longer pause: up to 15 minutes, an hour, four hours.
  const failures = [
    fixedWindow('login-failures', rules.loginFailures, 15 * 60),
    fixedWindow('login-failures-hour', 2 * rules.loginFailures, 3600),
    fixedWindow('login-failures-hours', 4 * rules.loginFailures, 4 * 3600),
  ];
  // A device that used up its tries gets no others while its token is valid.
  const deviceFailures = fixedWindow('device-failures', rules.loginFailures, rules.deviceSeconds);
  const failuresOf = ({ email, address = 'unknown', device }: Attempt): Counted[] =>
    device === undefined
      ? failures.map((rule) => ({ rule, who: `${hashOf(email)}@${address}` }))
      : [{ rule: deviceFailures, who: device.id }];
  // By e-mail address: each sign-in brings a new device, and would else bring a new allowance.
  const deviceLogins = fixedWindow('device-logins', rules.loginsPerMinute, 60);
  const mails = fixedWindow('mails', rules.mailsPerHour, 3600);
  const lockMails = fixedWindow('lock-mails', 1, 24 * 3600);
  return {
    async countMail(email) {
      return toVerdict(await limiter.take([{ rule: mails, who: hashOf(email) }]));
    },
    async countRequest(method, address) {
      const rule = requests[method];
      const counted =
        address === undefined
          ? { rule: { ...rule, limit: rule.limit * rules.unknownFactor }, who: 'unknown' }
          : { rule, who: address };
      return toVerdict(await limiter.take([counted]));
    },
    async countDeviceRequest({ email }) {
      return toVerdict(await limiter.take([{ rule: deviceLogins, who: hashOf(email) }]));
    },
    async mayTry(attempt) {
      return toVerdict(await limiter.check(failuresOf(attempt)));
    },
    async noteFailure(attempt) {
      const counted = failuresOf(attempt);
      const full = (await limiter.take(counted)) > 0 || (await limiter.check(counted)) > 0;
      return full && attempt.device === undefined;
    },
    async mayTellOfLock(email) {
      return (await limiter.take([{ rule: lockMails, who: hashOf(email) }])) === 0;
    },
    forgetFailures: (attempt) => limiter.reset(failuresOf(attempt)),
  };
}

// A token bucket is not used: it would allow a guesser one more password after each fraction of the window.
function fixedWindow(name: string, limit: number, seconds: number): RateRule {
  return { name, limit, seconds, algorithm: 'fixed window' };
}

function toVerdict(retryAfterSeconds: number): Verdict {
  return retryAfterSeconds === 0 ? { allowed: true } : { allowed: false, retryAfterSeconds };
}

function hashOf(email: string): string {
  return createHash('sha256').update(email, 'utf8').digest('base64url');
}
