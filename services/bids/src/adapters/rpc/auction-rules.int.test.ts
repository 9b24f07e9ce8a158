import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type Answer,
  type BidsUnderTest,
  inSeconds,
  startBidsUnderTest,
  type Visitor,
} from '../../testing/bids-under-test.ts';
import { readLedger } from '../../testing/ledger.ts';

const AWHILE = { timeout: 30_000, interval: 50 };

let bids: BidsUnderTest;
let seller: Visitor;
let ann: Visitor;
let bob: Visitor;

beforeAll(async () => {
  bids = await startBidsUnderTest();
  [seller, ann, bob] = await Promise.all([bids.newUser(), bids.newUser(), bids.newUser()]);
});
afterAll(() => bids?.stop());

function bid(visitor: Visitor, itemId: string, fields: object): Promise<Answer> {
  return visitor.call('PlaceBid', { itemId, ...fields });
}

async function shown(visitor: Visitor, id: string) {
  return (await visitor.call('GetItem', { id })).body.item;
}

/** Waits until an ended item is closed. */
function whenClosed(id: string) {
  return vi.waitFor(async () => {
    const item = await shown(seller, id);
    expect(item.outcome).not.toBe('ITEM_OUTCOME_UNSPECIFIED');
    return item;
  }, AWHILE);
}

describe('a maximum', () => {
  it('bids the smallest amount that leads, and answers other bids for its bidder', async () => {
    const item = await bids.createItem(seller);
    const first = await bid(ann, item.id, { maxAmount: '1000' });
    expect(first.body).toMatchObject({
      bid: { amount: '100', automatic: false, userId: ann.userId },
      leading: true,
      currentHighestBid: '100',
      minimumNextBid: '125',
    });
    const beaten = await bid(bob, item.id, { amount: '400' });
    expect(beaten.body).toMatchObject({
      bid: { amount: '400', userId: bob.userId },
      leading: false,
      currentHighestBid: '425',
      minimumNextBid: '450',
    });
    const higher = await bid(bob, item.id, { amount: '450', maxAmount: '5000' });
    expect(higher.body).toMatchObject({ bid: { amount: '1050' }, leading: true, currentHighestBid: '1050' });
    expect((await readLedger(bids, item.id)).types.slice(1)).toEqual([
      'bids.v1.BidPlaced',
      'bids.v1.BidPlaced',
      'bids.v1.ProxyBidPlaced',
      'bids.v1.BidPlaced',
    ]);
  });

  it('is visible only to its bidder, and appears in no other response and no event', async () => {
    const item = await bids.createItem(seller, { reservePrice: '876543' });
    await bid(ann, item.id, { maxAmount: '765432', idempotencyKey: 'secret' });
    await bid(ann, item.id, { maxAmount: '765433' });
    expect(await shown(ann, item.id)).toMatchObject({
      myMaximum: '765433',
      leading: true,
      reservePrice: '0',
    });
    expect(await shown(seller, item.id)).toMatchObject({ reservePrice: '876543', myMaximum: '0' });
    const messages = [
      await bid(bob, item.id, { amount: '400' }),
      await bid(bob, item.id, { maxAmount: '500' }),
      await bid(bob, item.id, { amount: '100' }),
      await shown(bob, item.id),
      await shown(seller, item.id),
      await shown(bids.anonymous, item.id),
      await bids.anonymous.call('GetItemBids', { itemId: item.id }),
      await bids.anonymous.call('ListItems', { pageSize: 100 }),
    ];
    expect(JSON.stringify(messages)).not.toMatch(/76543[23]/);
    const others = messages.filter((_, i) => i !== 4);
    expect(JSON.stringify(others)).not.toContain('876543');
    const { rows } = await bids.database.pool.query<{ body: Buffer }>(
      'SELECT body FROM outbox WHERE aggregate_id = $1',
      [item.id],
    );
    expect(rows).toHaveLength(7);
    for (const secret of [765432n, 765433n, 876543n]) {
      for (const { body } of rows) expect(body.indexOf(varint(secret))).toBe(-1);
    }
  });

  it('can be raised without a bid, and cannot be lowered', async () => {
    const item = await bids.createItem(seller);
    const first = await bid(ann, item.id, { maxAmount: '1000' });
    const raised = await bid(ann, item.id, { maxAmount: '2000', idempotencyKey: 'raise' });
    expect(raised.body).toEqual(first.body);
    expect(await shown(ann, item.id)).toMatchObject({ bidCount: '1', myMaximum: '2000' });
    for (const maxAmount of ['1000', '2000']) {
      expect(await bid(ann, item.id, { maxAmount })).toMatchObject({
        status: 400,
        error: { reason: 'MAXIMUM_NOT_RAISED', metadata: {} },
      });
    }
    expect(await bid(ann, item.id, { maxAmount: '2000', idempotencyKey: 'raise' })).toEqual(raised);
  });

  it('has one answer for one key, whatever happens later', async () => {
    const item = await bids.createItem(seller);
    await bid(ann, item.id, { maxAmount: '1000' });
    const asked = { amount: '300', maxAmount: '400', idempotencyKey: 'beaten' };
    const first = await bid(bob, item.id, asked);
    expect(first.body).toMatchObject({ bid: { amount: '400' }, leading: false, currentHighestBid: '425' });
    await bid(bob, item.id, { amount: '9000' });
    expect(await bid(bob, item.id, asked)).toEqual(first);
    for (const other of [{ amount: '301' }, { maxAmount: '401' }, { maxAmount: undefined }]) {
      expect(await bid(bob, item.id, { ...asked, ...other })).toMatchObject({
        error: { reason: 'IDEMPOTENCY_KEY_REUSED' },
      });
    }
  });
});

describe('a hidden reserve price', () => {
  it('shows only whether it is met, and a maximum that reaches it raises the price to it', async () => {
    const item = await bids.createItem(seller, { reservePrice: '500' });
    expect(item).toMatchObject({ reserveMet: false, reservePrice: '500' });
    expect((await bid(ann, item.id, { amount: '150' })).body).toMatchObject({ reserveMet: false });
    const met = await bid(bob, item.id, { maxAmount: '800' });
    expect(met.body).toMatchObject({ bid: { amount: '500' }, currentHighestBid: '500', reserveMet: true });
    expect(await shown(bids.anonymous, item.id)).toMatchObject({ reserveMet: true, reservePrice: '0' });
  });

  it('that is not met leaves the item unsold, and the item can be relisted once', async () => {
    const terms = {
      reservePrice: '500',
      buyNowPrice: '900',
      softCloseSeconds: 0,
      category: 'again',
      currency: 'EUR',
    };
    const item = await bids.createItem(seller, terms);
    await bid(ann, item.id, { amount: '499' });
    const relist = { id: item.id, endAt: inSeconds(7200) };
    expect(await seller.call('RelistItem', relist)).toMatchObject({ error: { reason: 'AUCTION_NOT_ENDED' } });
    await bids.moveEnd(item.id, 0);
    expect(await whenClosed(item.id)).toMatchObject({
      outcome: 'ITEM_OUTCOME_RESERVE_NOT_MET',
      winningAmount: '0',
      winnerId: '',
    });
    expect(await ann.call('RelistItem', relist)).toMatchObject({ error: { reason: 'NOT_ITEM_OWNER' } });
    expect(await seller.call('RelistItem', { ...relist, endAt: inSeconds(-1) })).toMatchObject({
      error: { reason: 'END_TOO_SOON' },
    });
    const again = (await seller.call('RelistItem', relist)).body.item;
    expect(again).toMatchObject({
      title: item.title,
      relistedFrom: item.id,
      status: 'ITEM_STATUS_ACTIVE',
      bidCount: '0',
      endAt: relist.endAt,
      ...terms,
    });
    expect((await shown(seller, item.id)).relistedAs).toBe(again.id);
    expect((await shown(ann, item.id)).relistedAs).toBe('');
    expect(await seller.call('RelistItem', relist)).toMatchObject({
      status: 409,
      error: { reason: 'ALREADY_RELISTED' },
    });
    expect((await readLedger(bids, item.id)).types.at(-1)).toBe('bids.v1.ItemRelisted');
    expect((await bid(ann, again.id, { amount: '100' })).status).toBe(200);
  });
});

describe('a soft close', () => {
  it('moves the end with a late bid, at most to the hard end, and never with a rejected bid', async () => {
    const item = await bids.createItem(seller, {
      endAt: inSeconds(30),
      softCloseSeconds: 60,
      hardEndAt: inSeconds(31),
    });
    expect((await bid(ann, item.id, { amount: '99' })).error?.reason).toBe('BID_TOO_LOW');
    expect((await shown(ann, item.id)).endAt).toBe(item.endAt);
    const late = await bid(ann, item.id, { amount: '100' });
    expect(late.body.endAt).toBe(item.hardEndAt);
    expect((await shown(ann, item.id)).endAt).toBe(item.hardEndAt);
    expect((await bid(bob, item.id, { amount: '200' })).body.endAt).toBe(item.hardEndAt);
    expect((await readLedger(bids, item.id)).types.slice(1)).toEqual([
      'bids.v1.BidPlaced',
      'bids.v1.AuctionExtended',
      'bids.v1.BidPlaced',
    ]);
  });
});

describe('bidders', () => {
  it('appear as masks, and only they see that their bids are their own', async () => {
    const [item, other] = [await bids.createItem(seller), await bids.createItem(seller)];
    await bid(ann, item.id, { maxAmount: '1000' });
    await bid(bob, item.id, { amount: '200' });
    await bid(ann, other.id, { amount: '100' });
    const list = async (visitor: Visitor, itemId: string) =>
      (await visitor.call('GetItemBids', { itemId })).body.bids;
    const [answer, bobs, first] = await list(bob, item.id);
    expect([answer.automatic, bobs.automatic, first.automatic]).toEqual([true, false, false]);
    expect(answer.bidder).toBe(first.bidder);
    expect(bobs.bidder).not.toBe(first.bidder);
    expect([answer.userId, bobs.userId, first.userId]).toEqual(['', bob.userId, '']);
    expect((await list(ann, other.id))[0].bidder).not.toBe(first.bidder);
    for (const visitor of [bids.anonymous, seller]) {
      const seen = JSON.stringify(await list(visitor, item.id));
      expect(seen).not.toContain(ann.userId);
      expect(seen).not.toContain(bob.userId);
    }
  });
});

/** A number in protobuf encoding, to search for it in a message. */
function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = value; rest > 0n; rest >>= 7n) bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
  return Buffer.from(bytes);
}
