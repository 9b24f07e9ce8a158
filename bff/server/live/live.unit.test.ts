import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { toHeaders } from '@gavel/proto/envelope';
import {
  AuctionClosedSchema,
  BidPlacedSchema,
  ItemWatchedSchema,
  MaximumRaisedSchema,
} from '@gavel/proto/gen/bids/v1/events_pb';
import type { MessageProperties } from 'amqplib';
import { describe, expect, it, vi } from 'vitest';
import { type LiveItem, readLiveNews } from '../../model/live-news.ts';
import { createChangedItems, topicOfItem } from './changed-items.ts';
import { changeOf } from './changes.ts';
import { LiveChannel, type Viewer } from './live-channel.ts';
import { readItems } from './live-requests.ts';

const item = (revision: number, id = 'item-1'): LiveItem => ({
  id,
  revision: String(revision),
  status: 'active',
  startsAt: '2026-01-02T03:04:05.678Z',
  endAt: '2026-01-03T03:04:05.678Z',
  currentHighestBid: '9007199254740993',
  minimumNextBid: '9007199254741093',
  bidCount: revision,
});
const news = (...items: LiveItem[]) => ({ now: 1_700_000_000_000, live: true, items });

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

describe('changed items', () => {
  const start = (read: (itemId: string) => Promise<LiveItem | undefined>, hearsEvents = () => true) => {
    const channel = new LiveChannel({ limit: 10, kept: 10 });
    const heard: string[] = [];
    const viewer: Viewer = {
      write: (frame) => {
        const [, data] = /data: (.+)/.exec(frame.toString()) ?? [];
        heard.push(...(readLiveNews(data)?.items ?? []).map(({ revision }) => revision));
      },
      end: vi.fn(),
    };
    channel.join(viewer, [topicOfItem('item-1')]);
    const ending = new AbortController();
    const newsOf = (items: LiveItem[]) => news(...items);
    const sent: number[] = [];
    const options = {
      channel,
      newsOf,
      read: async (itemId: string) => {
        const found = await read(itemId);
        return found && { item: found, changedAt: 1_000 * Number(found.revision) };
      },
      onSent: (changedAt: number) => void sent.push(changedAt),
      hearsEvents,
      ending: ending.signal,
    };
    return { channel, viewer, heard, sent, ending, changes: createChangedItems(options) };
  };

  it('are sent once per revision, so an act that nobody may see sends nothing', async () => {
    let revision = 1;
    let reads = 0;
    const { heard, changes, ending } = start(async () => {
      reads++;
      return item(revision);
    });
    changes.touch('item-1');
    await vi.waitFor(() => expect(heard).toEqual(['1']), { timeout: 30_000 });
    const before = reads;
    changes.touch('item-1');
    await vi.waitFor(() => expect(reads).toBeGreaterThan(before), { timeout: 30_000 });
    expect(heard).toEqual(['1']);
    revision = 2;
    changes.touch('item-1');
    await vi.waitFor(() => expect(heard).toEqual(['1', '2']), { timeout: 30_000 });
    ending.abort();
  });

  it('are read again when the first read came from a cache of before the change', async () => {
    const answers = [item(1), item(1), item(2)];
    const { heard, changes, ending } = start(async () => answers.shift() ?? item(2));
    await changes.stateOf('item-1');
    changes.touch('item-1');
    await vi.waitFor(() => expect(heard).toEqual(['1', '2']), { timeout: 30_000 });
    ending.abort();
  });

  it('are read again until bids answers', async () => {
    const answers = [undefined, undefined, item(3)];
    const { heard, changes, ending } = start(async () => (answers.length > 0 ? answers.shift() : item(3)));
    changes.touch('item-1');
    await vi.waitFor(() => expect(heard).toEqual(['3']), { timeout: 30_000 });
    ending.abort();
  });

  it('are measured once per change that open pages got, and not when a page asks or nobody looks', async () => {
    let revision = 1;
    const { channel, viewer, sent, heard, changes, ending } = start(async () => item(revision));
    await changes.stateForPage('item-1', '0');
    expect([heard, sent]).toEqual([['1'], []]);
    revision = 2;
    changes.touch('item-1');
    await vi.waitFor(() => expect(sent).toEqual([2_000]), { timeout: 30_000 });
    await changes.stateOf('item-1');
    revision = 3;
    await changes.stateForPage('item-1', '3');
    expect([heard, sent]).toEqual([['1', '2', '3'], [2_000]]);
    channel.leave(viewer);
    revision = 4;
    await changes.stateOf('item-1');
    expect(sent).toEqual([2_000]);
    ending.abort();
  });

  it('that no open page shows are not read', async () => {
    const read = vi.fn(async () => item(1));
    const { changes } = start(read);
    changes.touch('item-9');
    await changes.readAll();
    expect(read.mock.calls).toEqual([['item-1']]);
  });

  it('are read once for all pages that come back at once, and again only for one that knows more', async () => {
    const read = vi.fn(async () => item(5));
    const { changes } = start(read);
    const states = await Promise.all(Array.from({ length: 100 }, () => changes.stateForPage('item-1', '3')));
    expect([new Set(states.map((state) => state?.revision)), read.mock.calls.length]).toEqual([
      new Set(['5']),
      1,
    ]);
    await changes.stateForPage('item-1', '5');
    expect(read).toHaveBeenCalledTimes(1);
    await changes.stateForPage('item-1', '6');
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('are read for each page while events do not arrive, and after changes that no page was open for', async () => {
    let live = false;
    let revision = 1;
    const { changes, channel, viewer } = start(
      async () => item(revision),
      () => live,
    );
    const shown = async () => (await changes.stateForPage('item-1', '0'))?.revision;
    expect(await shown()).toBe('1');
    revision = 2;
    expect(await shown()).toBe('2');
    live = true;
    channel.leave(viewer);
    revision = 3;
    changes.touch('item-1');
    channel.join(viewer, [topicOfItem('item-1')]);
    expect(await shown()).toBe('3');
  });

  it('never go back to an older state', async () => {
    const answers = [item(5), item(4)];
    const { heard, changes } = start(async () => answers.shift());
    expect(await changes.stateOf('item-1')).toEqual(item(5));
    expect(await changes.stateOf('item-1')).toEqual(item(5));
    expect(heard).toEqual(['5']);
  });
});

describe('an event of the topic exchange', () => {
  const messageOf = <S extends DescMessage>(schema: S, body: MessageInitShape<S>) => ({
    content: Buffer.from(toBinary(schema, create(schema, body))),
    properties: { headers: headersOf(schema.typeName) } as MessageProperties,
  });
  const properties = (headers: Record<string, unknown> | undefined) =>
    ({ content: Buffer.alloc(0), properties: { headers } as MessageProperties }) as const;

  it.each([
    'BidPlaced',
    'ProxyBidPlaced',
    'ItemUpdated',
    'ItemCancelled',
    'AuctionStarted',
    'AuctionExtended',
    'AuctionClosed',
  ])('names the item that may look different to everybody after %s', (name) => {
    expect(changeOf(properties(headersOf(`bids.v1.${name}`)))).toEqual({
      itemId: 'item-1',
      seenBy: 'everybody',
      people: [],
    });
  });

  it('names the people who may have a new notification', () => {
    const bid = messageOf(BidPlacedSchema, {
      userId: 'ann',
      outbidUserId: 'bob',
      sellerId: 'cid',
      itemId: 'x',
    });
    expect(changeOf(bid)?.people.toSorted()).toEqual(['ann', 'bob', 'cid']);
    const closed = messageOf(AuctionClosedSchema, { sellerId: 'cid', winnerId: 'ann' });
    expect(changeOf(closed)?.people.toSorted()).toEqual(['ann', 'cid']);
  });

  it('is shown to nobody but its person when it is an act that others may not see', () => {
    for (const schema of [MaximumRaisedSchema, ItemWatchedSchema])
      expect(changeOf(messageOf(schema, { userId: 'ann' }))).toEqual({
        itemId: 'item-1',
        seenBy: 'person',
        people: ['ann'],
      });
  });

  it('is ignored when its type is unknown or when it has no envelope', () => {
    for (const headers of [headersOf('bids.v1.SomethingNew'), {}, undefined])
      expect(changeOf(properties(headers))).toBeUndefined();
  });
});

describe('a message', () => {
  it('may be for one person, or say that the page must be rendered again', () => {
    const personal = { ...news(), unread: '3', mine: 'item-1', refresh: true as const };
    expect(readLiveNews(JSON.stringify(personal))).toEqual(personal);
    expect(readLiveNews(JSON.stringify({ ...news(), unread: 3, mine: 1, refresh: 1 }))).toEqual(news());
  });

  it.each([[undefined], ['[]'], ['null'], ['{"now":1,"live":true}'], ['{"now":"1","live":true,"items":[]}']])(
    'is ignored when its data is %s',
    (data) => {
      expect(readLiveNews(data)).toBeUndefined();
    },
  );

  it('leaves out items that cannot be read', () => {
    const wrong = [{ ...item(1), revision: '1e9' }, { ...item(1), minimumNextBid: 5 }, null];
    expect(readLiveNews(JSON.stringify({ ...news(), items: [...wrong, item(2)] }))?.items).toEqual([item(2)]);
  });
});

describe('the items of a request', () => {
  const read = (query: string) => readItems(new URL(`http://127.0.0.1:3000/live?${query}`));
  const ids = (query: string) => read(query).map(({ id }) => id);

  it('are the different ids of its parameter with the shown revisions, up to a limit', () => {
    expect(read('items=a.7,b,a.9')).toEqual([
      { id: 'a', revision: '9' },
      { id: 'b', revision: '0' },
    ]);
    expect(ids('items=')).toEqual([]);
    expect(ids('')).toEqual([]);
    expect(ids(`items=a%20b,${'x'.repeat(65)},c,d.x,e.1.2`)).toEqual(['c']);
    expect(ids(`items=${Array.from({ length: 100 }, (_, i) => i).join(',')}`)).toHaveLength(40);
  });
});
