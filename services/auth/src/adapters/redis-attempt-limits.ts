import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { AttemptLimits, LimitedMethod, Verdict } from '../application/ports.ts';

export interface LimitRules {
  /** Wrong passwords for one e-mail address in 15 minutes. */
  loginFailures: number;
  /** Requests from one address. */
  loginsPerMinute: number;
  registrationsPerHour: number;
  refreshesPerMinute: number;
}

const FAILURE_WINDOW_S = 15 * 60;

/**
 * Counts in Redis, so that several instances count together. While Redis is away each instance counts in its own
 * memory: sign-in goes on, and a guesser gains one more allowance per instance. Keys hold hashes, not e-mail addresses.
 */
export function createRedisAttemptLimits(redis: Redis, rules: LimitRules): AttemptLimits {
  const requests: Record<LimitedMethod, RateLimiterRedis> = {
    login: limiter(redis, 'login', rules.loginsPerMinute, 60),
    register: limiter(redis, 'register', rules.registrationsPerHour, 3600),
    refresh: limiter(redis, 'refresh', rules.refreshesPerMinute, 60),
  };
  const failures = limiter(redis, 'login-failures', rules.loginFailures, FAILURE_WINDOW_S);
  return {
    async countRequest(method, address) {
      if (address === undefined) return { allowed: true };
      try {
        await requests[method].consume(address);
        return { allowed: true };
      } catch (error) {
        if (error instanceof RateLimiterRes) return refused(error);
        throw error;
      }
    },
    async mayTry(email) {
      const counted = await failures.get(keyOf(email));
      return counted !== null && counted.consumedPoints >= rules.loginFailures
        ? refused(counted)
        : { allowed: true };
    },
    async noteFailure(email) {
      await failures.penalty(keyOf(email));
    },
    async forgetFailures(email) {
      await failures.delete(keyOf(email));
    },
  };
}

function limiter(redis: Redis, name: string, points: number, duration: number): RateLimiterRedis {
  const keyPrefix = `gavel:auth:${name}`;
  return new RateLimiterRedis({
    storeClient: redis,
    keyPrefix,
    points,
    duration,
    rejectIfRedisNotReady: true,
    insuranceLimiter: new RateLimiterMemory({ keyPrefix, points, duration }),
  });
}

function refused(counted: RateLimiterRes): Verdict {
  return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(counted.msBeforeNext / 1000)) };
}

function keyOf(email: string): string {
  return createHash('sha256').update(email, 'utf8').digest('base64url');
}
