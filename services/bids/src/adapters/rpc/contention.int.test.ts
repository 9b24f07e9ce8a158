import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  type BidsUnderTest,
  startBidsUnderTest,
  type Visitor,
} from '../../testing/bids-under-test.ts';
import { readLedger } from '../../testing/ledger.ts';

let bids: BidsUnderTest;
let seller: Visitor;
let crowd: Visitor[];

beforeAll(async () => {
  bids = await startBidsUnderTest();
  seller = await bids.newUser();
  crowd = await Promise.all(Array.from({ length: 20 }, () => bids.newUser()));
});
afterAll(() => bids?.stop());

describe('twenty concurrent bidders on one item', () => {
  it('end with the highest bid leading, correct answers and versions without a gap', async () => {
    const item = await bids.createItem(seller);
    const rounds = 10;
    const answers: Answer[] = [];
    await Promise.all(
      crowd.map(async (bidder, i) => {
        for (let round = 0; round < rounds; round++) {
          // All amounts differ, and they arrive in no particular order.
          const amount = 10_000 * (1 + ((i * 7) % 20) + 20 * round);
          answers.push(await bidder.call('PlaceBid', { itemId: item.id, amount: String(amount) }));
        }
      }),
    );
    const taken = answers.filter((answer) => answer.status === 200).map((a) => Number(a.body.bid.amount));
    const rejected = answers.filter((answer) => answer.status !== 200);
    // A bidder who leads when their next bid arrives may not bid against themselves.
    const reasons = rejected.map((answer) => answer.error?.reason);
    expect(reasons.filter((reason) => reason !== 'BID_TOO_LOW' && reason !== 'ALREADY_LEADING')).toEqual([]);
    const highest = Math.max(...taken);

    const ledger = await readLedger(bids, item.id);
    expect(ledger.amounts.map(Number)).toEqual(taken.toSorted((a, b) => a - b));
    expect(ledger.sequences).toEqual(ledger.sequences.map((_, i) => BigInt(i + 1)));
    expect(ledger.types).toEqual(['bids.v1.ItemCreated', ...taken.map(() => 'bids.v1.BidPlaced')]);
    expect(ledger.item).toMatchObject({
      version: BigInt(taken.length + 1),
      bid_count: BigInt(taken.length),
      highest_bid: BigInt(highest),
    });
  });

  it('have exactly one bid accepted when all bid the same amount', async () => {
    const item = await bids.createItem(seller);
    const answers = await Promise.all(
      crowd.map((bidder) => bidder.call('PlaceBid', { itemId: item.id, amount: '100' })),
    );
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    expect((await readLedger(bids, item.id)).amounts).toEqual([100n]);
  });
});

describe('a concurrent change by the seller', () => {
  it('of a concurrent cancellation and bid exactly one succeeds, in each of fifty attempts', async () => {
    const won = { cancel: 0, bid: 0 };
    for (let i = 0; i < 50; i++) {
      const item = await bids.createItem(seller);
      const bidder = crowd[i % crowd.length] ?? seller;
      const cancel = () => seller.call('CancelItem', { id: item.id });
      const bid = () => bidder.call('PlaceBid', { itemId: item.id, amount: '100' });
      const [cancelled, placed] =
        i % 2 === 0
          ? await Promise.all([cancel(), bid()])
          : (await Promise.all([bid(), cancel()])).toReversed();
      const ledger = await readLedger(bids, item.id);
      if (cancelled?.status === 200) {
        won.cancel++;
        expect(placed?.error?.reason).toBe('AUCTION_CANCELLED');
        expect(ledger.types).toEqual(['bids.v1.ItemCreated', 'bids.v1.ItemCancelled']);
      } else {
        won.bid++;
        expect(placed?.status).toBe(200);
        expect(cancelled?.error?.reason).toBe('ITEM_HAS_BIDS');
        expect(ledger.types).toEqual(['bids.v1.ItemCreated', 'bids.v1.BidPlaced']);
      }
    }
    expect(won.cancel + won.bid).toBe(50);
  });

  it('of an edit and a bid at the same time, the bid is for the edited item or the edit is rejected', async () => {
    for (let i = 0; i < 20; i++) {
      const item = await bids.createItem(seller);
      const [edited, placed] = await Promise.all([
        seller.call('UpdateItem', { id: item.id, title: 'Edited' }),
        crowd[0]?.call('PlaceBid', { itemId: item.id, amount: '100' }),
      ]);
      expect(placed?.status).toBe(200);
      const { types } = await readLedger(bids, item.id);
      if (edited.status === 200)
        expect(types).toEqual(['bids.v1.ItemCreated', 'bids.v1.ItemUpdated', 'bids.v1.BidPlaced']);
      else expect(edited.error?.reason).toBe('ITEM_HAS_BIDS');
    }
  });
});
