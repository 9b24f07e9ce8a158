import { expect, it } from 'vitest';
import { createDatabaseClock } from './database-clock.ts';

const at = (ms: number) => new Date(1_000_000 + ms);

function clocks() {
  let steady = 0;
  const clock = createDatabaseClock(() => steady);
  return {
    clock,
    /** A query that took `ms` and ends now; the database read its clock `early` ms after the query was sent. */
    answered(took: number, early: number) {
      const sentAt = steady;
      steady += took;
      clock.sample(at(sentAt + early), sentAt);
    },
    pass(ms: number) {
      steady += ms;
    },
    /** Whether the real time is within the reading's error. */
    isRight() {
      const reading = clock.read();
      if (reading === undefined) return undefined;
      return Math.abs(reading.now - at(steady).getTime()) <= reading.offBy;
    },
  };
}

it('is unknown before the first sample; then its error is half of the fastest round trip', () => {
  const { clock, answered, pass, isRight } = clocks();
  expect(clock.read()).toBeUndefined();
  answered(80, 80);
  expect(isRight()).toBe(true);
  answered(4, 0);
  expect(isRight()).toBe(true);
  expect(clock.read()?.offBy).toBe(3);
  pass(1_000);
  answered(60, 60);
  expect(clock.read()?.offBy).toBe(3);
  expect(isRight()).toBe(true);
});

it('forgets old samples, and is unknown when all are old', () => {
  const { clock, answered, pass } = clocks();
  answered(2, 1);
  pass(6_000);
  answered(50, 10);
  expect(clock.read()?.offBy).toBe(2);
  pass(6_000);
  answered(50, 10);
  expect(clock.read()?.offBy).toBe(26);
  pass(60_000);
  expect(clock.read()).toBeUndefined();
  answered(900, 10);
  expect(clock.read()).toBeUndefined();
});
