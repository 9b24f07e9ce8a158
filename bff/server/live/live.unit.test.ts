import { create, toBinary } from '@bufbuild/protobuf';
import { toHeaders } from '@gavel/proto/envelope';
import { BidPlacedSchema, ProxyBidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { describe, expect, it, vi } from 'vitest';
import { readPriceUpdate } from '../../model/price-update.ts';
import { openEventStream } from './event-stream.ts';
import { LivePages } from './live-pages.ts';
import { readEvent } from './read-event.ts';

const price = (bidCount: number) =>
  ({ kind: 'price', update: { currentHighestBid: '500', minimumNextBid: '600', bidCount } }) as const;

const headersOf = (type: string) =>
  toHeaders({
    id: '01900000-0000-7000-8000-000000000001',
    source: '/gavel/bids',
    type,
    subject: 'gavel.bids.bid_placed.item-1',
    time: '2026-01-02T03:04:05.678Z',
    partitionkey: 'item-1',
    sequence: '7',
  });

describe('live pages', () => {
  it('get the messages of their own item until they leave', () => {
    const pages = new LivePages(10);
    const [mine, other] = [vi.fn(), vi.fn()];
    const leave = pages.join('item-1', mine);
    pages.join('item-2', other);
    pages.send('item-1', price(1));
    expect(mine).toHaveBeenCalledExactlyOnceWith(price(1));
    expect(other).not.toHaveBeenCalled();
    leave?.();
    leave?.();
    pages.send('item-1', price(2));
    expect(mine).toHaveBeenCalledOnce();
    expect([pages.open, pages.items()]).toEqual([1, ['item-2']]);
  });

  it('are refused beyond the limit, and accepted again after one has left', () => {
    const pages = new LivePages(1);
    const leave = pages.join('item-1', vi.fn());
    expect(pages.join('item-1', vi.fn())).toBeUndefined();
    leave?.();
    expect(pages.join('item-1', vi.fn())).toBeTypeOf('function');
  });
});

describe('an event of the topic exchange', () => {
  const id = '01900000-0000-7000-8000-000000000002';
  const bid = { bidId: id, itemId: id, userId: id, currency: 'USD', timestamp: '2026-01-02T03:04:05.678Z' };

  it('is the price after the automatic bid when a maximum bid was higher', () => {
    const beaten = { ...bid, amount: 500n, currentHighestBid: 550n, minimumNextBid: 600n };
    const answer = { ...bid, amount: 550n, minimumNextBid: 600n, outbidUserId: id };
    const bodies = [
      ['bids.v1.BidPlaced', toBinary(BidPlacedSchema, create(BidPlacedSchema, { ...beaten, bidCount: 3n }))],
      [
        'bids.v1.ProxyBidPlaced',
        toBinary(ProxyBidPlacedSchema, create(ProxyBidPlacedSchema, { ...answer, bidCount: 4n })),
      ],
    ] as const;
    const updates = bodies.map(([type, body]) => readEvent(headersOf(type), body)?.message);
    expect(updates).toEqual(
      [3, 4].map((bidCount) => ({
        kind: 'price',
        update: { currentHighestBid: '550', minimumNextBid: '600', bidCount },
      })),
    );
  });

  it.each(['AuctionStarted', 'AuctionExtended', 'AuctionClosed'])('renders the page again for %s', (name) => {
    expect(readEvent(headersOf(`bids.v1.${name}`), new Uint8Array())?.message).toEqual({ kind: 'changed' });
  });

  it('is a price when a bid was placed', () => {
    const body = toBinary(
      BidPlacedSchema,
      create(BidPlacedSchema, {
        ...bid,
        amount: 9_007_199_254_740_993n,
        minimumNextBid: 600n,
        bidCount: 3n,
      }),
    );
    expect(readEvent(headersOf('bids.v1.BidPlaced'), body)).toEqual({
      itemId: 'item-1',
      message: {
        kind: 'price',
        update: { currentHighestBid: '9007199254740993', minimumNextBid: '600', bidCount: 3 },
      },
    });
  });

  it('renders the page again when the item was edited, cancelled or closed', () => {
    for (const type of ['bids.v1.ItemUpdated', 'bids.v1.ItemCancelled', 'bids.v1.AuctionClosed'])
      expect(readEvent(headersOf(type), new Uint8Array())).toEqual({
        itemId: 'item-1',
        message: { kind: 'changed' },
      });
  });

  it('shows no price when the event breaks a field rule', () => {
    const body = toBinary(BidPlacedSchema, create(BidPlacedSchema, { ...bid, amount: 0n }));
    expect(() => readEvent(headersOf('bids.v1.BidPlaced'), body)).toThrow('amount: must be greater than 0');
  });

  it('is ignored when a maximum was raised, because nobody else may notice that', () => {
    expect(readEvent(headersOf('bids.v1.MaximumRaised'), new Uint8Array())).toBeUndefined();
  });

  it('is ignored when its type is unknown or it has no envelope', () => {
    expect(readEvent(headersOf('bids.v1.SomethingNew'), new Uint8Array())).toBeUndefined();
    expect(readEvent({}, new Uint8Array())).toBeUndefined();
  });
});

describe('an event stream', () => {
  it('writes events that a page can read', async () => {
    const gone = new AbortController();
    const ended = vi.fn();
    const { response, send } = openEventStream([gone.signal], ended);
    send(price(2));
    gone.abort();
    send(price(3));
    const text = await response.text();
    expect(text).toContain('event: price\ndata: ');
    expect(readPriceUpdate(/data: (.+)/.exec(text)?.[1])).toEqual(price(2).update);
    expect(text).not.toContain('"bidCount":3');
    expect(ended).toHaveBeenCalledOnce();
  });

  it('ends when its reader disconnects', async () => {
    const ended = vi.fn();
    const { response } = openEventStream([new AbortController().signal], ended);
    await response.body?.cancel();
    expect(ended).toHaveBeenCalledOnce();
  });

  it('ends when its reader is too far behind', () => {
    const ended = vi.fn();
    const { send } = openEventStream([new AbortController().signal], ended);
    for (let i = 0; i < 200; i++) send(price(i));
    expect(ended).toHaveBeenCalledOnce();
  });

  it.each([
    [undefined],
    ['[]'],
    ['{"bidCount":1}'],
    ['{"currentHighestBid":"1e9","minimumNextBid":"1","bidCount":1}'],
  ])('is ignored when its data is %s', (data) => {
    expect(readPriceUpdate(data)).toBeUndefined();
  });
});
