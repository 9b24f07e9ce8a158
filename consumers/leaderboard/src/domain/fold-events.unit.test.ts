import { expect, it } from 'vitest';
import { type BoardFact, foldEvents } from './fold-events.ts';

const at = (minute: number, second: number) => new Date(Date.UTC(2026, 0, 1, 12, minute, second));

const bid = (userId: string, amount: bigint, sequence: bigint, placedAt = at(0, 1)): BoardFact => ({
  kind: 'bid',
  itemId: 'item',
  userId,
  amount,
  sequence,
  placedAt,
});

it('keeps the highest bid of each bidder and counts all, in any order', () => {
  const facts = [bid('a', 100n, 2n), bid('b', 120n, 3n), bid('a', 150n, 4n), bid('b', 150n, 5n)];
  for (const each of [facts, facts.toReversed()]) {
    expect(foldEvents(each).bidders).toEqual([
      { itemId: 'item', userId: 'a', amount: 150n, sequence: 4n, bids: 2n },
      { itemId: 'item', userId: 'b', amount: 150n, sequence: 5n, bids: 2n },
    ]);
  }
});

it('counts bids by the minute', () => {
  const facts = [bid('a', 1n, 2n, at(0, 0)), bid('b', 2n, 3n, at(0, 59)), bid('a', 3n, 4n, at(1, 0))];
  expect(foldEvents(facts).heat).toEqual([
    { itemId: 'item', minute: at(0, 0), bids: 2n },
    { itemId: 'item', minute: at(1, 0), bids: 1n },
  ]);
});

it('counts a sale for its seller, and an unsold item for nobody', () => {
  const closed = (itemId: string, soldBy: string | undefined): BoardFact => ({
    kind: 'closed',
    itemId,
    soldBy,
    closedAt: at(2, 0),
  });
  const changes = foldEvents([
    closed('item-2', 'seller'),
    closed('item-1', undefined),
    closed('item', 'seller'),
  ]);
  expect(changes.sellers).toEqual([{ sellerId: 'seller', sold: 2n }]);
  expect(changes.auctions.map(({ itemId }) => itemId)).toEqual(['item', 'item-1', 'item-2']);
});

it('an auction that closes in the batch of its bids is closed, whichever comes first', () => {
  const closed: BoardFact = { kind: 'closed', itemId: 'item', soldBy: 's', closedAt: at(2, 0) };
  for (const facts of [
    [bid('a', 1n, 2n), closed],
    [closed, bid('a', 1n, 2n)],
  ]) {
    expect(foldEvents(facts).auctions).toEqual([{ itemId: 'item', closedAt: at(2, 0) }]);
  }
});
