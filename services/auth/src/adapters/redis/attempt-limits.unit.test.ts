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
  deviceSeconds: 1000,
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

it('a device has tries of its own while its token is valid, and the address of a lock is not told about them', async () => {
  const limits = createAttemptLimits(createRateLimiter({ redis: undefined, prefix: '' }), {
    loginFailures: 2,
    ...others,
  });
  const at = { email: 'ann@example.com', address: '198.18.0.1' };
  const [used, other] = ['d1', 'd2'].map((id) => ({ ...at, device: { id, email: at.email } }));
  if (used === undefined || other === undefined) throw new Error('there are two devices');
  for (let i = 0; i < 2; i++) await limits.noteFailure(at);
  for (let i = 0; i < 2; i++) {
    expect(await limits.mayTry(used)).toEqual({ allowed: true });
    expect(await limits.noteFailure(used)).toBe(false);
  }
  expect(await limits.mayTry(used)).toEqual({ allowed: false, retryAfterSeconds: 1000 });
  expect(await limits.mayTry({ ...used, address: '198.18.0.2' })).toMatchObject({ allowed: false });
  expect(await limits.mayTry(other)).toEqual({ allowed: true });
  await limits.forgetFailures(used);
  expect(await limits.mayTry(used)).toEqual({ allowed: true });
  expect(await limits.mayTry(at)).toMatchObject({ allowed: false });
});

it('all devices of one account have one limit of sign-ins', async () => {
  const limits = createAttemptLimits(createRateLimiter({ redis: undefined, prefix: '' }), {
    loginFailures: 2,
    ...others,
  });
  const device = { id: 'd1', email: 'ann@example.com' };
  expect(await limits.countDeviceRequest(device)).toEqual({ allowed: true });
  expect(await limits.countDeviceRequest({ ...device, id: 'd2' })).toMatchObject({ allowed: false });
  expect(await limits.countDeviceRequest({ ...device, email: 'bob@example.com' })).toEqual({ allowed: true });
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
