import { expect, it } from 'vitest';
import { fingerprintOf, formatPositions, parsePositions } from './positions.ts';

it('positions are the same after they were written to a header and read back', () => {
  const fingerprint = fingerprintOf('01900000-0000-7000-8000-0c6f2a91b3de');
  const positions = new Map([
    ['gavel.bids-0', { offset: 0n, fingerprint }],
    ['gavel.bids-3', { offset: 9_007_199_254_740_993n, fingerprint }],
  ]);
  const text = 'gavel.bids-0=0:0c6f2a91b3de gavel.bids-3=9007199254740993:0c6f2a91b3de';
  expect(formatPositions(positions)).toBe(text);
  expect(parsePositions(text)).toEqual(positions);
});

it.each(['', ' ', 'gavel.bids-0', 'a=', 'a=1', 'a=1:xyz', 'a=-1:0c6f2a91b3de', '=1:0c6f2a91b3de'])(
  'a foreign header %j is not read as positions',
  (text) => {
    expect(parsePositions(text)).toBeUndefined();
  },
);
