import { type StartRefusal, SubscriptionRefused } from '@gavel/rabbitmq/event-source';
import { describe, expect, it } from 'vitest';
import { GracePeriod } from './grace-period.ts';

describe('the grace period of a stream that is too short', () => {
  const refused = (refusal: StartRefusal) => new SubscriptionRefused('gavel.bids-0', refusal);
  const shorter = refused({ reason: 'stream-shorter', wanted: 9n, last: 4n });
  const checkpoint = { offset: 9n, fingerprint: 'stored 1', version: '1' };

  /** A grace period of 30 s with its own clock. */
  const newGrace = () => {
    let now = 1_000;
    return {
      grace: new GracePeriod(30_000, () => now),
      pass: (ms: number) => {
        now += ms;
      },
    };
  };

  it('lasts thirty seconds from the first refusal', () => {
    const { grace, pass } = newGrace();
    expect(grace.covers(shorter, checkpoint)).toBe(true);
    pass(29_999);
    expect(grace.covers(shorter, checkpoint)).toBe(true);
    pass(1);
    expect(grace.covers(shorter, checkpoint)).toBe(false);
  });

  it('starts again after the stream was read, and after another error', () => {
    const { grace, pass } = newGrace();
    grace.covers(shorter, checkpoint);
    pass(60_000);
    grace.end();
    expect(grace.covers(shorter, checkpoint)).toBe(true);
    pass(60_000);
    expect(grace.covers(new Error('the connection was lost'), checkpoint)).toBe(false);
    expect(grace.covers(shorter, checkpoint)).toBe(true);
  });

  it('does not apply without a fingerprint, nor to any other loss', () => {
    const { grace } = newGrace();
    expect(grace.covers(shorter, { ...checkpoint, fingerprint: null })).toBe(false);
    expect(grace.covers(refused({ reason: 'retention-passed', wanted: 9n, first: 20n }), checkpoint)).toBe(
      false,
    );
    const other = refused({ reason: 'other-message', offset: 9n, applied: 'stored 1', found: 'stored 2' });
    expect(grace.covers(other, checkpoint)).toBe(false);
  });
});
