import { expect, it } from 'vitest';
import { retryDelay } from './queues.ts';

const steps = [100, 400, 1_600];

it('delays grow step by step and stay at the last step', () => {
  expect([0, 1, 2, 3, 900].map((delays) => retryDelay(delays, steps).stepMs)).toEqual([
    100, 400, 1_600, 1_600, 1_600,
  ]);
});

it('a message stays at least half of its step and at most all of it', () => {
  expect(retryDelay(1, steps, 0).expirationMs).toBe(200);
  expect(retryDelay(1, steps, 0.999_999).expirationMs).toBe(400);
});
