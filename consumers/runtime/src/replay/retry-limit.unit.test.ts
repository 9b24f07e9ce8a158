import { describe, expect, it } from 'vitest';
import { BatchFailed } from '../application/isolate-failures.ts';
import { recordingConsumer } from '../testing/recording-consumer.ts';
import { RetryLimit } from './retry-limit.ts';

describe('the retry limit of a replay', () => {
  const isTransient = (error: unknown) => error instanceof Error && error.message === 'busy';
  const definition = recordingConsumer({
    laterEvents: 'continue',
    attempts: 5,
    isTransient,
  });
  const timeout = Object.assign(new Error('canceling statement due to statement timeout'), {
    code: '57014',
    severity: 'ERROR',
  });

  /** How many failures in a row are allowed. */
  const lasts = (limit: RetryLimit, error: unknown) => {
    let times = 0;
    while (limit.allows(error)) times += 1;
    return times;
  };

  it('is reached after failures in a row, and starts again with each commit', () => {
    const limit = new RetryLimit(definition);
    expect(lasts(limit, new Error('busy'))).toBe(16);
    limit.reset();
    expect(lasts(limit, new Error('busy'))).toBe(16);
  });

  it('allows every attempt that an event has before it is parked', () => {
    expect(
      lasts(new RetryLimit(definition), new BatchFailed('no', { cause: new Error('no') })),
    ).toBeGreaterThan(5);
  });

  it('is not used up by halving a batch that takes too long', () => {
    expect(lasts(new RetryLimit(definition), timeout)).toBe(10 + 16);
  });

  it('allows no retry of an error that is not transient', () => {
    expect(new RetryLimit(definition).allows(new TypeError('a bug'))).toBe(false);
  });
});
