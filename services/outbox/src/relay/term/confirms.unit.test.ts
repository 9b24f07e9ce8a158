import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createConfirmedPositions, createWindow } from './confirms.ts';
import { describeLost } from './term-records.ts';

const entry = () => ({
  id: 1,
  partition: 'gavel.bids-0',
  bytes: 100,
  missingConfirms: 2,
  createdAt: new Date(0),
  span: undefined,
});

describe('the window', () => {
  it('counts a position as published when both publishers confirmed it and everything before it', () => {
    const window = createWindow(10);
    for (const position of [11, 12, 13]) window.add(position, entry());
    for (const position of [13, 12, 12, 13]) window.confirm(position);
    expect(window.published).toBe(10);
    expect(window.confirm(11)).toBeUndefined();
    expect(window.confirm(11)).toMatchObject({ id: 1 });
    expect(window.published).toBe(13);
    expect(window).toMatchObject({ size: 0, bytes: 0 });
  });

  it('counts positions that were left out as published', () => {
    const window = createWindow(0);
    window.add(5, entry());
    window.add(9, entry());
    window.remove(5);
    expect(window.published).toBe(8);
    window.remove(9);
    expect(window.published).toBe(9);
  });

  it('ignores confirms of unknown positions and of positions that were removed', () => {
    const window = createWindow(0);
    window.add(1, entry());
    expect(window.confirm(7)).toBeUndefined();
    window.remove(1);
    expect(window.confirm(1)).toBeUndefined();
    expect(window.published).toBe(1);
  });

  it('is published up to one below the lowest position in flight, in every order of confirms', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(Array.from({ length: 40 }, (_, i) => i + 1)), (order) => {
        const window = createWindow(0);
        for (let position = 1; position <= 40; position++)
          window.add(position, { ...entry(), missingConfirms: 1 });
        const left = new Set(Array.from({ length: 40 }, (_, i) => i + 1));
        for (const position of order) {
          window.confirm(position);
          left.delete(position);
          expect(window.published).toBe(left.size ? Math.min(...left) - 1 : 40);
        }
      }),
    );
  });
});

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
