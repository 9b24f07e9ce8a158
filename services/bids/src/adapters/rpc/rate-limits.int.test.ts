import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type BidsUnderTest, itemFields, startBidsUnderTest } from '../../testing/bids-under-test.ts';

let bids: BidsUnderTest;

beforeAll(async () => {
  bids = await startBidsUnderTest({
    REDIS_URL: inject('infrastructure').redisUrl,
    REDIS_PREFIX: `test-${randomUUID()}:`,
    // A busy machine may need longer than the default, after which the process would count by itself for a moment.
    REDIS_ANSWER_MS: '30000',
    RATE_LIMIT_BIDS_PER_MINUTE: '4',
    RATE_LIMIT_ITEMS_PER_DAY: '2',
    RATE_LIMIT_WATCHES_PER_MINUTE: '3',
    RATE_LIMIT_FACTOR: '1',
    RATE_LIMIT_SEARCHES_PER_MINUTE: '3',
    RATE_LIMIT_ADDRESS_FACTOR: '2',
  });
});
afterAll(() => bids?.stop());

it('a user’s bids are limited, the answer says when to retry, and other users are not affected', async () => {
  const [seller, ann, bob] = [await bids.newUser(), await bids.newUser(), await bids.newUser()];
  const { id: itemId } = await bids.createItem(seller);
  const reasons = new Set<string | undefined>();
  for (let i = 1; i <= 4; i++) {
    const answer = await ann.call('PlaceBid', { itemId, maxAmount: String(i * 10_000) });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  }
  for (const [method, request] of [
    ['PlaceBid', { itemId, amount: '90000' }],
    ['BuyNow', { itemId }],
  ] as const) {
    const answer = await ann.call(method, request);
    expect(answer.status).toBe(429);
    expect(Number(answer.error?.metadata.retry_after_seconds)).toBeGreaterThan(0);
    expect(Number(answer.error?.metadata.retry_after_seconds)).toBeLessThanOrEqual(15);
    reasons.add(answer.error?.reason);
  }
  expect([...reasons]).toEqual(['RATE_LIMITED']);
  expect((await bob.call('PlaceBid', { itemId, amount: '90000' })).status).toBe(200);
  expect((await ann.call('GetItem', { id: itemId })).status).toBe(200);
});

it('the items that a user creates are limited', async () => {
  const seller = await bids.newUser();
  for (let i = 0; i < 2; i++) expect((await seller.call('CreateItem', itemFields())).status).toBe(200);
  expect((await seller.call('CreateItem', itemFields())).error).toMatchObject({ reason: 'RATE_LIMITED' });
});

it('every other write that makes an event is limited as well', async () => {
  const [seller, watcher] = [await bids.newUser(), await bids.newUser()];
  const { id } = await bids.createItem(seller);
  for (const title of ['One', 'Two'])
    expect((await seller.call('UpdateItem', { id, title, version: undefined })).status).toBe(200);
  expect((await seller.call('UpdateItem', { id, title: 'Three' })).error?.reason).toBe('RATE_LIMITED');
  for (const method of ['WatchItem', 'UnwatchItem', 'WatchItem'])
    expect((await watcher.call(method, { itemId: id })).status).toBe(200);
  expect((await watcher.call('UnwatchItem', { itemId: id })).error?.reason).toBe('RATE_LIMITED');
});

it('the searches of an address in X-Forwarded-For are limited, and so are those of all unknown addresses together', async () => {
  const search = async (headers: Record<string, string>) => {
    const response = await fetch(`${bids.url}/bids.v1.BidService/ListItems`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{}',
    });
    await response.text();
    return response.status;
  };
  const from = { 'x-forwarded-for': '1.2.3.4, 198.51.100.7' };
  for (let i = 0; i < 6; i++) expect(await search(from)).toBe(200);
  expect(await search(from)).toBe(429);
  expect(await search({ 'x-forwarded-for': '198.51.100.8' })).toBe(200);
  const unknown: number[] = [];
  // Three for a person, twice as many for an address, and ten times as many for the addresses that are unknown.
  for (let i = 0; i <= 60 && unknown.at(-1) !== 429; i++) unknown.push(await search({}));
  expect(unknown.length).toBeGreaterThan(30);
  expect(unknown.at(-1)).toBe(429);
});
