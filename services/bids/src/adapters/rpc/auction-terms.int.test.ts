import { currencyCodes, currencyDigits } from '@gavel/proto/currencies';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type Answer,
  type BidsUnderTest,
  inSeconds,
  itemFields,
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

describe('buying now', () => {
  it('ends the auction, and a repeat by the buyer gets the same answer', async () => {
    const item = await bids.createItem(seller, { buyNowPrice: '900' });
    await bid(ann, item.id, { amount: '300' });
    const bought = await bob.call('BuyNow', { itemId: item.id });
    expect(bought.body.item).toMatchObject({
      status: 'ITEM_STATUS_ENDED',
      outcome: 'ITEM_OUTCOME_SOLD',
      winningAmount: '900',
      winnerId: bob.userId,
      currentHighestBid: '300',
    });
    expect((await bob.call('BuyNow', { itemId: item.id })).body).toEqual(bought.body);
    expect(await ann.call('BuyNow', { itemId: item.id })).toMatchObject({
      error: { reason: 'AUCTION_ENDED' },
    });
    expect(await bid(ann, item.id, { amount: '950' })).toMatchObject({ error: { reason: 'AUCTION_ENDED' } });
    expect((await readLedger(bids, item.id)).types.slice(2)).toEqual([
      'bids.v1.ItemBoughtNow',
      'bids.v1.AuctionClosed',
    ]);
    expect(await seller.call('RelistItem', { id: item.id, endAt: inSeconds(60) })).toMatchObject({
      error: { reason: 'ITEM_SOLD' },
    });
  });

  it('limits bids: one that reaches the price is refused with it, and so is a maximum', async () => {
    const item = await bids.createItem(seller, { startPrice: '1000', buyNowPrice: '2000' });
    expect(item).toMatchObject({ minimumNextBid: '1000', bidIncrement: '50' });
    for (const fields of [{ amount: '9000' }, { amount: '2000' }, { maxAmount: '9000' }]) {
      expect(await bid(ann, item.id, fields)).toMatchObject({
        status: 400,
        error: { reason: 'BUY_NOW_REACHED', metadata: { buy_now_price: '2000', currency: 'USD' } },
      });
    }
    expect((await bid(ann, item.id, { amount: '1960' })).body).toMatchObject({ minimumNextBid: '0' });
    expect(await shown(bob, item.id)).toMatchObject({
      minimumNextBid: '0',
      bidIncrement: '0',
      buyNowPrice: '2000',
    });
    expect((await bid(bob, item.id, { amount: '1980' })).error?.reason).toBe('BUY_NOW_REACHED');
    expect((await bob.call('BuyNow', { itemId: item.id })).body.item).toMatchObject({
      winningAmount: '2000',
    });
  });

  it('is unavailable once the reserve price is met', async () => {
    const item = await bids.createItem(seller, { buyNowPrice: '900', reservePrice: '500' });
    await bid(ann, item.id, { amount: '400' });
    expect((await shown(bob, item.id)).buyNowPrice).toBe('900');
    await bid(bob, item.id, { amount: '500' });
    expect((await shown(bob, item.id)).buyNowPrice).toBe('0');
    expect((await bid(ann, item.id, { amount: '9000' })).status).toBe(200);
    expect(await bob.call('BuyNow', { itemId: item.id })).toMatchObject({
      status: 400,
      error: { reason: 'BUY_NOW_UNAVAILABLE' },
    });
  });

  it('by twenty users at the same time sells the item to one of them', async () => {
    const item = await bids.createItem(seller, { buyNowPrice: '900' });
    const crowd = await Promise.all(Array.from({ length: 20 }, () => bids.newUser()));
    const answers = await Promise.all(crowd.map((visitor) => visitor.call('BuyNow', { itemId: item.id })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ error }) => error?.reason === 'AUCTION_ENDED')).toHaveLength(19);
  });
});

describe('a scheduled start', () => {
  it('blocks bids until it is reached, and is then announced', async () => {
    const item = await bids.createItem(seller, { startsAt: inSeconds(4) });
    expect(item).toMatchObject({ status: 'ITEM_STATUS_SCHEDULED', minimumNextBid: '0' });
    expect(await bid(ann, item.id, { amount: '100' })).toMatchObject({
      status: 400,
      error: { reason: 'AUCTION_NOT_STARTED' },
    });
    await bids.database.pool.query(
      'UPDATE items SET starts_at = clock_timestamp(), next_announcement_at = clock_timestamp() WHERE id = $1',
      [item.id],
    );
    await vi.waitFor(
      async () => expect((await readLedger(bids, item.id)).types).toContain('bids.v1.AuctionStarted'),
      AWHILE,
    );
    expect((await bid(ann, item.id, { amount: '100' })).status).toBe(200);
    expect((await shown(ann, item.id)).status).toBe('ITEM_STATUS_ACTIVE');
  });

  it('does not prevent editing or cancelling before it', async () => {
    const item = await bids.createItem(seller, { startsAt: inSeconds(600) });
    expect((await seller.call('UpdateItem', { id: item.id, title: 'Later' })).body.item.title).toBe('Later');
    expect((await seller.call('CancelItem', { id: item.id })).body.item.status).toBe('ITEM_STATUS_CANCELLED');
  });
});

describe('a near end', () => {
  it('is announced once', async () => {
    const item = await bids.createItem(seller);
    await bids.moveEnd(item.id, 300);
    await bids.database.pool.query(
      'UPDATE items SET next_announcement_at = end_at - $2::interval WHERE id = $1',
      [item.id, '10 minutes'],
    );
    await vi.waitFor(
      async () => expect((await readLedger(bids, item.id)).types).toContain('bids.v1.AuctionEndingSoon'),
      AWHILE,
    );
    await bids.moveEnd(item.id, 0);
    await whenClosed(item.id);
    expect((await readLedger(bids, item.id)).types).toEqual([
      'bids.v1.ItemCreated',
      'bids.v1.AuctionEndingSoon',
      'bids.v1.AuctionClosed',
    ]);
  });
});

describe('a currency', () => {
  it('has its own digits and increments', async () => {
    const yen = await bids.createItem(seller, { currency: 'JPY', startPrice: '5000' });
    const dinar = await bids.createItem(seller, { currency: 'KWD', startPrice: '5000' });
    expect([yen.currencyExponent, dinar.currencyExponent]).toEqual([0, 3]);
    expect((await bid(ann, yen.id, { amount: '5000' })).body.minimumNextBid).toBe('5100');
    expect((await bid(ann, dinar.id, { amount: '5000' })).body.minimumNextBid).toBe('5500');
    const rupiah = await bids.createItem(seller, { currency: 'IDR', startPrice: '10000000' });
    expect((await bid(ann, rupiah.id, { amount: '10000000' })).body.minimumNextBid).toBe('10500000');
  });

  it('has the digits of ISO 4217 in the item, for every active code', async () => {
    const found = new Map<string, number>();
    for (const currency of currencyCodes) {
      const item = await bids.createItem(seller, { currency, startPrice: '10000000' });
      expect(item).toMatchObject({ currency, startPrice: '10000000', minimumNextBid: '10000000' });
      found.set(currency, item.currencyExponent);
    }
    expect(found).toEqual(new Map(currencyCodes.map((code) => [code, currencyDigits(code) ?? -1])));
  });

  it.each(['BGN', 'HRK', 'ANG', 'XAU', 'XXX', 'ABC'])(
    '%s is not one that an item can have',
    async (currency) => {
      const fields = { ...itemFields(), currency };
      expect((await seller.call('CreateItem', fields)).error?.reason).toBe('UNKNOWN_CURRENCY');
    },
  );
});

describe('the largest amount of a bid', () => {
  it('can be bid on every auction until somebody has bid it, and has no next bid', async () => {
    const item = await bids.createItem(seller, { startPrice: '999999999999' });
    const first = await bid(ann, item.id, { amount: '999999999999' });
    expect(first.body.minimumNextBid).toBe('1000000000000');
    expect((await shown(bob, item.id)).minimumNextBid).toBe('1000000000000');
    const last = await bid(bob, item.id, { amount: '1000000000000' });
    expect(last).toMatchObject({ status: 200, body: { leading: true, minimumNextBid: '0' } });
    expect((await shown(ann, item.id)).minimumNextBid).toBe('0');
    const refused = await bid(ann, item.id, { maxAmount: '1000000000000' });
    expect(refused.error).toMatchObject({ reason: 'BID_TOO_LOW' });
    expect(refused.error?.metadata ?? {}).toEqual({});
  });
});

describe('bad input', () => {
  it.each([
    [
      'a start too far away',
      { startsAt: inSeconds(91 * 86_400), endAt: inSeconds(92 * 86_400) },
      'START_TOO_LATE',
    ],
    ['an end before the start', { startsAt: inSeconds(60), endAt: inSeconds(30) }, 'END_TOO_SOON'],
    [
      'an end too long after the start',
      { startsAt: inSeconds(60), endAt: inSeconds(91 * 86_400) },
      'END_TOO_LATE',
    ],
    ['a hard end before the end', { hardEndAt: inSeconds(60) }, 'HARD_END_BEFORE_END'],
    ['a hard end too late', { hardEndAt: inSeconds(8 * 86_400) }, 'HARD_END_TOO_LATE'],
    ['a reserve below the start price', { reservePrice: '99' }, 'RESERVE_BELOW_START'],
    ['a buy-now price below the start price', { buyNowPrice: '99' }, 'BUY_NOW_BELOW_START'],
    ['a buy-now price at the start price', { buyNowPrice: '100' }, 'BUY_NOW_BELOW_START'],
    [
      'a buy-now price below the reserve',
      { reservePrice: '300', buyNowPrice: '299' },
      'BUY_NOW_BELOW_RESERVE',
    ],
    ['an unknown currency', { currency: 'XXX' }, 'UNKNOWN_CURRENCY'],
    ['a start that is not a date', { startsAt: 'soon' }, 'INVALID_FIELD'],
    ['a hard end that is not a date', { hardEndAt: 'late' }, 'INVALID_FIELD'],
    ['a soft close of a day', { softCloseSeconds: 86_400 }, 'INVALID_FIELD'],
    ['a negative soft close', { softCloseSeconds: -1 }, 'INVALID_FIELD'],
    ['a negative reserve', { reservePrice: '-1' }, 'INVALID_FIELD'],
    ['a buy-now price above the limit', { buyNowPrice: '1000000000001' }, 'INVALID_FIELD'],
  ])('for an item: %s has its own reason', async (_, fields, reason) => {
    expect(await seller.call('CreateItem', { ...itemFields(), ...fields })).toMatchObject({
      status: 400,
      error: { reason },
    });
  });

  it.each([
    ['no amount', {}, 'INVALID_FIELD', 'amount'],
    ['an amount above its maximum', { amount: '201', maxAmount: '200' }, 'INVALID_FIELD', 'amount'],
    ['a maximum of 0', { maxAmount: '0' }, 'INVALID_FIELD', 'max_amount'],
    ['a maximum above the limit', { maxAmount: '1000000000001' }, 'INVALID_FIELD', 'max_amount'],
    ['a maximum that is too low', { maxAmount: '99' }, 'BID_TOO_LOW', 'minimum_next_bid'],
  ])('for a bid: %s has its own reason', async (_, fields, reason, field) => {
    const item = await bids.createItem(seller);
    const answer = await bid(ann, item.id, fields);
    expect(answer).toMatchObject({ status: 400, error: { reason } });
    expect(answer.error?.metadata).toHaveProperty(field);
  });

  it('for an id: a malformed id is an unknown item', async () => {
    for (const id of ['01900000-0000-7000-8000-000000000001', 'nonsense']) {
      for (const answer of [
        await ann.call('BuyNow', { itemId: id }),
        await seller.call('RelistItem', { id, endAt: inSeconds(60) }),
      ]) {
        expect(answer).toMatchObject({ status: 404, error: { reason: 'ITEM_NOT_FOUND' } });
      }
    }
  });

  it('for the caller: a request without a token is rejected', async () => {
    const item = await bids.createItem(seller, { buyNowPrice: '900' });
    expect(await seller.call('BuyNow', { itemId: item.id })).toMatchObject({
      status: 403,
      error: { reason: 'SELLER_MAY_NOT_BID' },
    });
    expect((await bids.anonymous.call('BuyNow', { itemId: item.id })).status).toBe(401);
    expect((await bids.anonymous.call('RelistItem', { id: item.id, endAt: inSeconds(60) })).status).toBe(401);
  });
});
