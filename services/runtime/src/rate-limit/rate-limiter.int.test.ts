import { startTestRedis, type TestServer } from '@gavel/dev/testing/private-infrastructure';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { connectRedis } from '../redis.ts';
import { createRateLimiter, type RateLimiter } from './rate-limiter.ts';

let server: TestServer;
const connections: Redis[] = [];

beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(async () => {
  for (const each of connections) each.disconnect();
  await server?.stop();
});

async function newLimiter(): Promise<RateLimiter> {
  const redis = await connectRedis({
    url: server.url,
    meanwhile: 'the test continues',
    answerTimeoutMs: 200,
  });
  connections.push(redis);
  return createRateLimiter({ redis, prefix: 'test:' });
}

const hourly = (name: string, limit: number) => ({ name, limit, seconds: 3600 });

async function takeAll(limiter: RateLimiter, counts: Parameters<RateLimiter['take']>[0]): Promise<number> {
  for (let taken = 0; ; taken++) if ((await limiter.take(counts)) > 0) return taken;
}

it('instances count together, return the time to wait, and count nothing for refused requests', async () => {
  const [one, other] = [await newLimiter(), await newLimiter()];
  const user = { rule: hourly('user', 10), who: 'ann' };
  const address = { rule: hourly('address', 6), who: '192.0.2.1' };
  for (let i = 0; i < 3; i++) expect(await one.take([user, address])).toBe(0);
  expect(await takeAll(other, [user, address])).toBe(3);
  const seconds = await other.take([user, address]);
  expect(seconds).toBeGreaterThan(500);
  expect(seconds).toBeLessThanOrEqual(600);
  expect(await takeAll(one, [user])).toBe(4);
  expect(await one.take([{ rule: user.rule, who: 'bob' }])).toBe(0);
  expect(await one.take([])).toBe(0);
});

it('a token bucket fills up again over time', async () => {
  const limiter = await newLimiter();
  const counts = [{ rule: { name: 'quick', limit: 2, seconds: 1 }, who: 'ann' }];
  expect(await takeAll(limiter, counts)).toBeGreaterThanOrEqual(2);
  expect(await limiter.take(counts)).toBeLessThanOrEqual(1);
  await vi.waitFor(async () => expect(await limiter.take(counts)).toBe(0), { timeout: 20_000, interval: 50 });
});

it('instances count a fixed window together, all rules or none, and it ends as a whole', async () => {
  const [one, other] = [await newLimiter(), await newLimiter()];
  const window = {
    rule: { name: 'window', limit: 3, seconds: 2, algorithm: 'fixed window' as const },
    who: 'ann',
  };
  const narrow = { rule: { ...window.rule, name: 'narrow', limit: 1, seconds: 3600 }, who: 'ann' };
  expect(await one.take([window, narrow])).toBe(0);
  expect(await other.take([window, narrow])).toBeGreaterThan(3_500);
  expect(await other.check([window])).toBe(0);
  expect(await takeAll(other, [window])).toBe(2);
  expect(await one.check([window])).toBeGreaterThan(0);
  expect(await one.check([window])).toBeLessThanOrEqual(2);
  await vi.waitFor(async () => expect(await one.check([window])).toBe(0), { timeout: 20_000, interval: 50 });
  expect(await takeAll(one, [window])).toBe(3);
});

it('a reset removes the count of all instances', async () => {
  const [one, other] = [await newLimiter(), await newLimiter()];
  const counts = [{ rule: { ...hourly('reset', 2), algorithm: 'fixed window' as const }, who: 'ann' }];
  expect(await takeAll(one, counts)).toBe(2);
  await other.reset(counts);
  expect(await takeAll(one, counts)).toBe(2);
});

it('while Redis is frozen or dead each process counts for itself, almost without waiting', async () => {
  const limiter = await newLimiter();
  const counts = [{ rule: hourly('outage', 40), who: 'ann' }];
  expect(await limiter.take(counts)).toBe(0);
  const { pid } = server.server;
  if (pid === null) throw new Error('Redis does not run');
  process.kill(pid, 'SIGSTOP');
  const began = performance.now();
  expect(await takeAll(limiter, counts)).toBe(40);
  // Without the circuit each of them would have waited for 200 ms.
  expect(performance.now() - began).toBeLessThan(4_000);
  process.kill(pid, 'SIGCONT');
  await vi.waitFor(async () => expect(await limiter.take(counts)).toBe(0), { timeout: 20_000, interval: 50 });

  await server.server.kill();
  expect(await limiter.take([{ rule: hourly('dead', 1), who: 'ann' }])).toBe(0);
  expect(await limiter.take([{ rule: hourly('dead', 1), who: 'ann' }])).toBeGreaterThan(0);
  await server.server.start();
  await vi.waitFor(
    async () => expect(await limiter.take([{ rule: hourly('dead', 1), who: 'ann' }])).toBe(0),
    { timeout: 20_000, interval: 50 },
  );
});
