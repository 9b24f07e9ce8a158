import { expect, it } from 'vitest';
import { readBid } from './read-bid.ts';

const good = {
  userId: '01900000-0000-7000-8000-00000000000A',
  amount: 100n,
  timestamp: '2026-01-02T03:04:05.678Z',
};

it('reads a bid, its user in lower case', () => {
  expect(readBid(good)).toEqual({
    ok: true,
    bid: { userId: good.userId.toLowerCase(), amount: 100n, placedAt: new Date(good.timestamp) },
  });
});

it.each([
  [{ userId: '' }, 'user_id is not a UUID'],
  [{ userId: `${good.userId}0` }, 'user_id is not a UUID'],
  [{ amount: 0n }, 'amount is not above zero'],
  [{ timestamp: '' }, 'timestamp is not a date'],
])('names what is wrong with %o', (change, problem) => {
  expect(readBid({ ...good, ...change })).toEqual({ ok: false, problem });
});
