import { randomUUID } from 'node:crypto';
import { connectRedis } from '@gavel/service-runtime/redis';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createItemEntries, type ItemEntries } from './item-entries.ts';

let redis: Redis;
let entries: ItemEntries;
const itemId = () => randomUUID();

beforeAll(async () => {
  redis = await connectRedis({ url: inject('infrastructure').redisUrl, meanwhile: 'the test fails' });
  entries = createItemEntries(redis, `test-${randomUUID()}:`);
});
afterAll(() => redis?.disconnect());

const entry = (version: bigint, asOf: number) => ({
  version,
  asOf,
  until: Number.POSITIVE_INFINITY,
  item: Uint8Array.from([0, 255, Number(version)]),
});

it('returns stored entries, and nothing for other keys', async () => {
  const id = itemId();
  expect(await entries.get(id)).toBeUndefined();
  await entries.put(id, entry(3n, 1_000));
  const found = await entries.get(id);
  expect(found && { ...found, item: Uint8Array.from(found.item) }).toEqual(entry(3n, 1_000));
});

it('a delayed write replaces neither a higher version nor a later read', async () => {
  const id = itemId();
  await entries.put(id, entry(5n, 2_000));
  await entries.put(id, entry(4n, 3_000));
  await entries.put(id, entry(5n, 1_999));
  expect(await entries.get(id)).toMatchObject({ version: 5n, asOf: 2_000 });
  await entries.put(id, entry(6n, 2_001));
  expect(await entries.get(id)).toMatchObject({ version: 6n, asOf: 2_001 });
});

it('an invalidation removes older entries, keeps newer ones, and refuses a delayed older one', async () => {
  const [id, other] = [itemId(), itemId()];
  await entries.put(id, entry(5n, 1_000));
  await entries.put(other, entry(5n, 3_000));
  await entries.invalidate(
    new Map([
      [id, 2_000],
      [other, 2_000],
    ]),
  );
  expect(await entries.get(id)).toBeUndefined();
  expect(await entries.get(other)).toMatchObject({ asOf: 3_000 });
  await entries.put(id, entry(5n, 1_999));
  expect(await entries.get(id)).toBeUndefined();
  await entries.put(id, entry(6n, 2_001));
  expect(await entries.get(id)).toMatchObject({ version: 6n });
});
