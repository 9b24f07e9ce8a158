import { type StartRefusal, SubscriptionRefused } from '@gavel/rabbitmq/event-source';
import { describe, expect, it } from 'vitest';
import { GracePeriod } from './grace-period.ts';

describe('the grace of a stream that is too short', () => {
  const refused = (refusal: StartRefusal) => new SubscriptionRefused('gavel.bids-0', refusal);
  const shorter = refused({ reason: 'stream-shorter', wanted: 9n, last: 4n });
  const marked = { offset: 9n, mark: 'stored 1', version: '1' };

  /** A grace of 30 s with a clock of its own. */
  const newGrace = () => {
    let now = 1_000;
    return {
      grace: new GracePeriod(30_000, () => now),
      pass: (ms: number) => {
        now += ms;
      },
    };
  };

  it('lasts thirty seconds from the first time that it is seen', () => {
    const { grace, pass } = newGrace();
    expect(grace.covers(shorter, marked)).toBe(true);
    pass(29_999);
    expect(grace.covers(shorter, marked)).toBe(true);
    pass(1);
    expect(grace.covers(shorter, marked)).toBe(false);
  });

  it('begins anew after the stream was read, and after another failure', () => {
    const { grace, pass } = newGrace();
    grace.covers(shorter, marked);
    pass(60_000);
    grace.end();
    expect(grace.covers(shorter, marked)).toBe(true);
    pass(60_000);
    expect(grace.covers(new Error('the connection was lost'), marked)).toBe(false);
    expect(grace.covers(shorter, marked)).toBe(true);
  });

  it('is not for a place whose message is unknown, nor for any other loss', () => {
    const { grace } = newGrace();
    expect(grace.covers(shorter, { ...marked, mark: null })).toBe(false);
    expect(grace.covers(refused({ reason: 'retention-passed', wanted: 9n, first: 20n }), marked)).toBe(false);
    const other = refused({ reason: 'other-message', offset: 9n, applied: 'stored 1', found: 'stored 2' });
    expect(grace.covers(other, marked)).toBe(false);
  });
});
