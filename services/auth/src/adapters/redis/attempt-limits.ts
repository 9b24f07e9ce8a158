import { createHash } from 'node:crypto';
import type { RateLimiter } from '@gavel/service-runtime/rate-limiter';
import type { Counted, RateRule } from '@gavel/service-runtime/rate-rule';
import type { AttemptLimits, LimitedMethod, Verdict } from '../../application/ports.ts';

export interface AttemptRules {
  /** Wrong passwords per e-mail address in 15 minutes. */
  readonly loginFailures: number;
  /** Requests per address. */
  readonly loginsPerMinute: number;
  readonly registrationsPerHour: number;
  readonly refreshesPerMinute: number;
  readonly resetsPerHour: number;
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
  const failures = fixedWindow('login-failures', rules.loginFailures, 15 * 60);
  const failuresOf = (email: string): Counted[] => [{ rule: failures, who: hashOf(email) }];
  const mails = fixedWindow('mails', rules.mailsPerHour, 3600);
  return {
    async countMail(email) {
      return toVerdict(await limiter.take([{ rule: mails, who: hashOf(email) }]));
    },
    async countRequest(method, address) {
      if (address === undefined) return { allowed: true };
      return toVerdict(await limiter.take([{ rule: requests[method], who: address }]));
    },
    async mayTry(email) {
      return toVerdict(await limiter.check(failuresOf(email)));
    },
    async noteFailure(email) {
      await limiter.take(failuresOf(email));
    },
    forgetFailures: (email) => limiter.reset(failuresOf(email)),
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
