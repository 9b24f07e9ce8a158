import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BidsUnderTest, startBidsUnderTest, type Visitor } from '../../testing/bids-under-test.ts';

let bids: BidsUnderTest;
let seller: Visitor;

beforeAll(async () => {
  bids = await startBidsUnderTest();
  seller = await bids.newUser();
});
afterAll(() => bids?.stop());

/** The types and sequences of one user's watch events on one item, and their aggregate. */
async function eventsOf(userId: string) {
  const { rows } = await bids.database.pool.query<{ aggregate_id: string; type: string; sequence: bigint }>(
    `SELECT aggregate_id, type, sequence FROM outbox
     WHERE type LIKE 'bids.v1.Item%atched' AND encode(body, 'escape') LIKE '%' || $1 || '%' ORDER BY id`,
    [userId],
  );
  return rows;
}

async function watchedBy(visitor: Visitor, pageSize = 20): Promise<string[]> {
  const found: string[] = [];
  let pageToken = '';
  do {
    const { body } = await visitor.call('ListWatchedItems', { pageSize, pageToken });
    found.push(...body.items.map((item: { id: string }) => item.id));
    expect(body.items.every((item: { watched: boolean }) => item.watched)).toBe(true);
    pageToken = body.nextPageToken;
  } while (pageToken !== '');
  return found;
}

describe('a watch list', () => {
  it('contains each watched item once, latest watched first, in pages', async () => {
    const watcher = await bids.newUser();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      const { id } = await bids.createItem(seller);
      expect((await watcher.call('WatchItem', { itemId: id })).status).toBe(200);
      ids.unshift(id);
    }
    expect(await watchedBy(watcher, 2)).toEqual(ids);
    await watcher.call('UnwatchItem', { itemId: ids[1] });
    await watcher.call('UnwatchItem', { itemId: ids[3] });
    await watcher.call('WatchItem', { itemId: ids[3] });
    expect(await watchedBy(watcher, 3)).toEqual([ids[3], ids[0], ids[2], ids[4]]);
    expect(await watchedBy(seller)).toEqual([]);
  });

  it('changes once for each event; repeats, also concurrent ones, cause no event', async () => {
    const watcher = await bids.newUser();
    const { id: itemId } = await bids.createItem(seller);
    const all = (method: string) =>
      Promise.all(Array.from({ length: 8 }, () => watcher.call(method, { itemId })));
    for (const method of ['WatchItem', 'UnwatchItem', 'UnwatchItem', 'WatchItem', 'WatchItem']) {
      for (const { status } of await all(method)) expect(status).toBe(200);
    }
    const events = await eventsOf(watcher.userId);
    expect(events.map(({ type, sequence }) => [type, sequence])).toEqual([
      ['bids.v1.ItemWatched', 1n],
      ['bids.v1.ItemUnwatched', 2n],
      ['bids.v1.ItemWatched', 3n],
    ]);
    expect(new Set(events.map((event) => event.aggregate_id)).size).toBe(1);
    expect(events[0]?.aggregate_id).not.toBe(itemId);
    const other = await bids.newUser();
    await other.call('WatchItem', { itemId });
    expect((await eventsOf(other.userId))[0]?.aggregate_id).not.toBe(events[0]?.aggregate_id);
  });

  it('holds at most 1,000 items, also with concurrent additions', async () => {
    const watcher = await bids.newUser();
    const made = await Promise.all(Array.from({ length: 4 }, () => bids.createItem(seller)));
    const [watched, ...others] = made.map((item) => item.id);
    await watcher.call('WatchItem', { itemId: watched });
    // Ended long ago and still watched. 998 rows replace the same number of calls.
    await bids.database.pool.query(
      `INSERT INTO watches SELECT $1, gen_random_uuid(), true, 1, now() FROM generate_series(1, 998)`,
      [watcher.userId],
    );
    await bids.database.pool.query('UPDATE watch_lists SET size = 999 WHERE user_id = $1', [watcher.userId]);
    const answers = await Promise.all(others.map((itemId) => watcher.call('WatchItem', { itemId })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { error } of answers.filter(({ status }) => status !== 200))
      expect(error).toMatchObject({ reason: 'WATCH_LIST_FULL', metadata: { limit: '1000' } });
    // An item on the list may be added again, and removing one makes room.
    expect((await watcher.call('WatchItem', { itemId: watched })).status).toBe(200);
    await watcher.call('UnwatchItem', { itemId: watched });
    expect((await watcher.call('WatchItem', { itemId: watched })).status).toBe(200);
  });

  it('belongs to the caller: items say only to the caller whether they are on it', async () => {
    const watcher = await bids.newUser();
    const { id } = await bids.createItem(seller, { category: 'watched' });
    await watcher.call('WatchItem', { itemId: id });
    const seen = async (visitor: Visitor) => [
      (await visitor.call('GetItem', { id })).body.item.watched,
      (await visitor.call('ListItems', { category: 'watched' })).body.items[0].watched,
    ];
    expect(await seen(watcher)).toEqual([true, true]);
    expect(await seen(seller)).toEqual([false, false]);
    expect(await seen(bids.anonymous)).toEqual([false, false]);
  });

  it('accepts no unknown item and no anonymous caller', async () => {
    const watcher = await bids.newUser();
    const { id } = await bids.createItem(seller);
    for (const method of ['WatchItem', 'UnwatchItem']) {
      for (const itemId of [watcher.userId, 'x'])
        expect((await watcher.call(method, { itemId })).error?.reason).toBe('ITEM_NOT_FOUND');
      expect((await bids.anonymous.call(method, { itemId: id })).error?.reason).toBe('UNAUTHENTICATED');
    }
    expect((await watcher.call('UnwatchItem', { itemId: id })).status).toBe(200);
    expect(await eventsOf(watcher.userId)).toEqual([]);
    expect((await watcher.call('ListWatchedItems', { pageToken: 'x' })).error?.reason).toBe(
      'INVALID_PAGE_TOKEN',
    );
  });
});
