import { describe, expect, it } from 'vitest';
import { createConfirmedPositions, describeLost } from './confirmed-positions.ts';

describe('confirmed positions', () => {
  it('report once when the broker has less than it confirmed', () => {
    const confirmed = createConfirmedPositions({ 'gavel.bids-0': 70 }, 100);
    confirmed.confirm('gavel.bids-0', 90);
    confirmed.confirm('gavel.bids-0', 80);
    expect(confirmed.seen('gavel.bids-0', 90)).toBeUndefined();
    const lost = confirmed.seen('gavel.bids-0', 40);
    expect(lost).toEqual({ partition: 'gavel.bids-0', firstPosition: 41, lastPosition: 90 });
    expect(lost && describeLost(lost)).toBe('stream gavel.bids-0 lost positions 41..90; run gavel refill');
    expect(confirmed.seen('gavel.bids-0', 40)).toBeUndefined();
    expect(confirmed.byPartition).toEqual({ 'gavel.bids-0': 40 });
  });

  it('expect nothing of a partition without confirms, and nothing that a takeover sends again', () => {
    const confirmed = createConfirmedPositions({ 'gavel.bids-1': 70 }, 50);
    expect(confirmed.seen('gavel.bids-0', 0)).toBeUndefined();
    expect(confirmed.seen('gavel.bids-1', 50)).toBeUndefined();
  });
});
