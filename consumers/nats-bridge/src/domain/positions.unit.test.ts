import { expect, it } from 'vitest';
import { formatPositions, markOf, parsePositions } from './positions.ts';

it('positions survive the way through a header', () => {
  const mark = markOf('01900000-0000-7000-8000-0c6f2a91b3de');
  const positions = new Map([
    ['gavel.bids-0', { offset: 0n, mark }],
    ['gavel.bids-3', { offset: 9_007_199_254_740_993n, mark }],
  ]);
  const text = 'gavel.bids-0=0:0c6f2a91b3de gavel.bids-3=9007199254740993:0c6f2a91b3de';
  expect(formatPositions(positions)).toBe(text);
  expect(parsePositions(text)).toEqual(positions);
});

it.each(['', ' ', 'gavel.bids-0', 'a=', 'a=1', 'a=1:xyz', 'a=-1:0c6f2a91b3de', '=1:0c6f2a91b3de'])(
  'a foreign header %j is no position',
  (text) => {
    expect(parsePositions(text)).toBeUndefined();
  },
);
