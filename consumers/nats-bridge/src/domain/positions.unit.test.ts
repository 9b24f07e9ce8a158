import { expect, it } from 'vitest';
import { formatPositions, parsePositions } from './positions.ts';

it('positions survive the way through a header', () => {
  const positions = new Map([
    ['gavel.bids-0', 0n],
    ['gavel.bids-3', 9_007_199_254_740_993n],
  ]);
  expect(formatPositions(positions)).toBe('gavel.bids-0=0 gavel.bids-3=9007199254740993');
  expect(parsePositions(formatPositions(positions))).toEqual(positions);
});

it.each(['', ' ', 'gavel.bids-0', 'gavel.bids-0=', 'gavel.bids-0=-1', 'a=1  b=2', 'a=1,b=2', '=1'])(
  'a foreign header %j is no position',
  (text) => {
    expect(parsePositions(text)).toBeUndefined();
  },
);
