import { describe, expect, it } from 'vitest';
import { BatchFailed } from '../application/handle-events.ts';
import { recordingConsumer } from '../testing/recording-consumer.ts';
import { Patience } from './patience.ts';

describe('the patience of a replay', () => {
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

  /** How many failures in a row it takes. */
  const lasts = (patience: Patience, error: unknown) => {
    let times = 0;
    while (patience.allows(error)) times += 1;
    return times;
  };

  it('ends, and begins anew with each commit', () => {
    const patience = new Patience(definition);
    expect(lasts(patience, new Error('busy'))).toBe(16);
    patience.renew();
    expect(lasts(patience, new Error('busy'))).toBe(16);
  });

  it('lasts for every try that an event has before it is parked', () => {
    expect(
      lasts(new Patience(definition), new BatchFailed('no', { cause: new Error('no') })),
    ).toBeGreaterThan(5);
  });

  it('is not used up by halving a batch that takes too long', () => {
    expect(lasts(new Patience(definition), timeout)).toBe(10 + 16);
  });

  it('has none for what waiting does not cure', () => {
    expect(new Patience(definition).allows(new TypeError('a bug'))).toBe(false);
  });
});
