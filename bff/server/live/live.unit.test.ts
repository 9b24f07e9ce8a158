import { toHeaders } from '@gavel/proto/envelope';
import { describe, expect, it, vi } from 'vitest';
import { type LiveItem, readLiveNews } from '../../model/live-news.ts';
import { changedItemOf } from './changed-item-of.ts';
import { createChangedItems } from './changed-items.ts';
import { openEventStream } from './event-stream.ts';
import { readItemIds } from './item-ids.ts';
import { LivePages } from './live-pages.ts';

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

describe('live pages', () => {
  it('get the states of their own items until they leave', () => {
    const pages = new LivePages(10);
    const [mine, other] = [vi.fn(), vi.fn()];
    const leave = pages.join(['item-1', 'item-3'], mine);
    pages.join(['item-2'], other);
    pages.send(item(1));
    pages.send(item(1, 'item-3'));
    expect(mine.mock.calls).toEqual([[item(1)], [item(1, 'item-3')]]);
    expect(other).not.toHaveBeenCalled();
    leave?.();
    leave?.();
    pages.send(item(2));
    expect(mine).toHaveBeenCalledTimes(2);
    expect([pages.open, pages.items()]).toEqual([1, ['item-2']]);
  });

  it('are refused beyond the limit, and accepted again after one has left', () => {
    const pages = new LivePages(1);
    const leave = pages.join(['item-1', 'item-2'], vi.fn());
    expect(pages.join(['item-1'], vi.fn())).toBeUndefined();
    leave?.();
    expect(pages.join(['item-1'], vi.fn())).toBeTypeOf('function');
  });
});

describe('changed items', () => {
  const start = (read: (itemId: string) => Promise<LiveItem | undefined>) => {
    const pages = new LivePages(10);
    const heard: string[] = [];
    pages.join(['item-1'], ({ revision }) => heard.push(revision));
    const ending = new AbortController();
    return { pages, heard, ending, changes: createChangedItems({ pages, read, ending: ending.signal }) };
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

  it('that no open page shows are not read', async () => {
    const read = vi.fn(async () => item(1));
    const { changes } = start(read);
    changes.touch('item-9');
    await changes.readAll();
    expect(read.mock.calls).toEqual([['item-1']]);
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
  it.each([
    'BidPlaced',
    'ProxyBidPlaced',
    'ItemUpdated',
    'ItemCancelled',
    'AuctionStarted',
    'AuctionExtended',
    'AuctionClosed',
  ])('names the item that may look different after %s', (name) => {
    expect(changedItemOf(headersOf(`bids.v1.${name}`))).toBe('item-1');
  });

  it('is ignored when no page shows it, when its type is unknown or when it has no envelope', () => {
    for (const name of ['MaximumRaised', 'ItemWatched', 'SomethingNew'])
      expect(changedItemOf(headersOf(`bids.v1.${name}`))).toBeUndefined();
    expect(changedItemOf({})).toBeUndefined();
    expect(changedItemOf(undefined)).toBeUndefined();
  });
});

describe('an event stream', () => {
  const open = (signal: AbortSignal, onEnd: () => void) =>
    openEventStream({ signals: [signal], heartbeat: () => news(), onEnd });

  it('writes messages that a page can read, the heartbeat first', async () => {
    const gone = new AbortController();
    const ended = vi.fn();
    const { response, send } = open(gone.signal, ended);
    send(news(item(2)));
    gone.abort();
    send(news(item(3)));
    const messages = [...(await response.text()).matchAll(/^data: (.+)$/gm)].map(([, data]) =>
      readLiveNews(data),
    );
    expect(messages).toEqual([news(), news(item(2))]);
    expect(ended).toHaveBeenCalledOnce();
  });

  it('ends when its reader disconnects', async () => {
    const ended = vi.fn();
    const { response } = open(new AbortController().signal, ended);
    await response.body?.cancel();
    expect(ended).toHaveBeenCalledOnce();
  });

  it('ends when its reader is too far behind', () => {
    const ended = vi.fn();
    const { send } = open(new AbortController().signal, ended);
    for (let i = 0; i < 200; i++) send(news(item(i)));
    expect(ended).toHaveBeenCalledOnce();
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
  const ids = (query: string) => readItemIds(new Request(`http://127.0.0.1:3000/live?${query}`));

  it('are the different ids of its parameter, up to a limit', () => {
    expect(ids('items=a,b,a')).toEqual(['a', 'b']);
    expect(ids('items=')).toEqual([]);
    expect(ids('')).toEqual([]);
    expect(ids(`items=a%20b,${'x'.repeat(65)},c`)).toEqual(['c']);
    expect(ids(`items=${Array.from({ length: 100 }, (_, i) => i).join(',')}`)).toHaveLength(40);
  });
});
