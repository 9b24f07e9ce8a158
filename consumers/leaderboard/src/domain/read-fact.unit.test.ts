import { expect, it } from 'vitest';
import { readBid, readClosed } from './read-fact.ts';

const id = '01900000-0000-7000-8000-00000000000A';
const bid = { itemId: id, userId: id, amount: 5n, timestamp: '2026-01-02T03:04:05.678Z' };
const closed = { itemId: id, sellerId: id, closedAt: '2026-01-02T03:04:05.678Z' };

it('reads bids and ends, ids in lower case', () => {
  const lower = id.toLowerCase();
  const placedAt = new Date(bid.timestamp);
  expect(readBid(bid, 7n)).toEqual({
    ok: true,
    fact: { kind: 'bid', itemId: lower, userId: lower, amount: 5n, sequence: 7n, placedAt },
  });
  expect(readClosed(closed, true)).toMatchObject({ ok: true, fact: { soldBy: lower } });
  expect(readClosed({ ...closed, sellerId: '' }, false)).toMatchObject({ ok: true });
});

it.each([
  [readBid({ ...bid, itemId: '' }, 1n), 'item_id is not a UUID'],
  [readBid({ ...bid, userId: 'x' }, 1n), 'user_id is not a UUID'],
  [readBid({ ...bid, amount: 0n }, 1n), 'amount is not above zero'],
  [readBid({ ...bid, timestamp: '' }, 1n), 'timestamp is not a date'],
  [readClosed({ ...closed, itemId: 'x' }, false), 'item_id is not a UUID'],
  [readClosed({ ...closed, sellerId: '' }, true), 'seller_id is not a UUID'],
  [readClosed({ ...closed, closedAt: 'x' }, true), 'closed_at is not a date'],
])('%o: %s', (read, problem) => {
  expect(read).toEqual({ ok: false, problem });
});
