import { createRateLimiter } from '@gavel/service-runtime/rate-limiter';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createAttemptLimits } from './attempt-limits.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const others = {
  loginsPerMinute: 1,
  registrationsPerHour: 1,
  refreshesPerMinute: 1,
  resetsPerHour: 1,
  unknownFactor: 3,
  mailsPerHour: 1,
};

it('the pause after wrong passwords grows with each series, for one e-mail address at one client', async () => {
  const limiter = createRateLimiter({ redis: undefined, prefix: '' });
  const limits = createAttemptLimits(limiter, { loginFailures: 2, ...others });
  const attempt = { email: 'ann@example.com', address: '198.18.0.1' };
  const pauses: number[] = [];
  for (let series = 0; series < 4; series++) {
    for (let i = 0; i < 2; i++) {
      expect(await limits.mayTry(attempt)).toEqual({ allowed: true });
      expect(await limits.noteFailure(attempt)).toBe(i === 1);
    }
    const verdict = await limits.mayTry(attempt);
    if (verdict.allowed) throw new Error('there is no pause');
    pauses.push(verdict.retryAfterSeconds);
    vi.advanceTimersByTime(verdict.retryAfterSeconds * 1000);
  }
  // Two in 15 minutes, four in an hour, and eight in four hours.
  expect(pauses).toEqual([900, 2700, 900, 9900]);

  await limits.noteFailure(attempt);
  await limits.noteFailure(attempt);
  for (const other of [
    { ...attempt, email: 'bob@example.com' },
    { ...attempt, address: '198.18.0.2' },
  ])
    expect(await limits.mayTry(other)).toEqual({ allowed: true });
  await limits.forgetFailures(attempt);
  expect(await limits.mayTry(attempt)).toEqual({ allowed: true });
});

it('says once a day for each e-mail address that its owner is told about a lock', async () => {
  const limiter = createRateLimiter({ redis: undefined, prefix: '' });
  const limits = createAttemptLimits(limiter, { loginFailures: 2, ...others });
  expect(await limits.mayTellOfLock('ann@example.com')).toBe(true);
  vi.advanceTimersByTime(23 * 3600 * 1000);
  expect(await limits.mayTellOfLock('ann@example.com')).toBe(false);
  expect(await limits.mayTellOfLock('bob@example.com')).toBe(true);
  vi.advanceTimersByTime(3600 * 1000);
  expect(await limits.mayTellOfLock('ann@example.com')).toBe(true);
});

it('all unknown addresses count as one, with their own limit', async () => {
  const limits = createAttemptLimits(createRateLimiter({ redis: undefined, prefix: '' }), {
    loginFailures: 2,
    ...others,
  });
  for (let i = 0; i < 3; i++)
    expect(await limits.countRequest('register', undefined)).toEqual({ allowed: true });
  expect(await limits.countRequest('register', undefined)).toMatchObject({ allowed: false });
  expect(await limits.countRequest('register', '198.18.0.1')).toEqual({ allowed: true });
  expect(await limits.countRequest('register', '198.18.0.1')).toMatchObject({ allowed: false });
});
