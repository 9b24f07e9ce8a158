import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createBucketStore } from './bucket-store.ts';
import { createDirectoryStore } from './directory-store.ts';
import type { ObjectStore } from './object-store.ts';
import { openObjectStore } from './open-object-store.ts';

let directory: string;
let server: S3rver;
let endpoint: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gavel-object-stores-'));
  server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: join(directory, 's3'),
    configureBuckets: [{ name: 'objects', configs: [] }],
  });
  const { port } = await server.run();
  endpoint = `http://127.0.0.1:${port}`;
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'S3RVER');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'S3RVER');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server?.close();
  if (directory) await rm(directory, { recursive: true });
});

const key = `${'ab'.repeat(32)}/320.webp`;

// The contract of every object store.
describe.each<[string, () => ObjectStore]>([
  ['a directory', () => createDirectoryStore(join(directory, 'made', 'when', 'missing'))],
  [
    'an S3 bucket',
    () =>
      createBucketStore({ bucket: 'objects', region: 'us-east-1', endpoint }, { contentType: 'image/webp' }),
  ],
])('%s as an object store', (_, create) => {
  it('returns the stored bytes, also after a repeated write', async () => {
    const store = create();
    const bytes = randomBytes(300_000);
    await store.put(key, bytes);
    await store.put(key, bytes);
    expect(Buffer.compare((await store.get(key)) ?? Buffer.alloc(0), bytes)).toBe(0);
  });

  it('returns nothing for an unknown key', async () => {
    expect(await create().get(`${'cd'.repeat(32)}/320.webp`)).toBeUndefined();
  });

  it('accepts concurrent writes of one key', async () => {
    const store = create();
    const bytes = randomBytes(100_000);
    const shared = `${'ef'.repeat(32)}/800.webp`;
    await Promise.all(Array.from({ length: 8 }, () => store.put(shared, bytes)));
    expect(Buffer.compare((await store.get(shared)) ?? Buffer.alloc(0), bytes)).toBe(0);
  });

  it('lists the objects below a prefix with their sizes', async () => {
    const store = create();
    const keys = Array.from({ length: 25 }, (_, i) => `listed/part-${i % 5}/${i}`);
    for (const [size, each] of keys.entries()) await store.put(each, Buffer.alloc(size));
    await store.put('listed-not/0', Buffer.alloc(1));
    const found = (await store.list('listed/')).toSorted((a, b) => a.size - b.size);
    expect(found).toEqual(keys.map((key, size) => ({ key, size })));
    expect(await store.list('listed/part-3/')).toHaveLength(5);
    expect(await store.list('nothing/')).toEqual([]);
  });
});

describe('the location of a store', () => {
  it('is a directory or a bucket', async () => {
    const place = join(directory, 'opened');
    await (await openObjectStore(place)).put('a/b', Buffer.from('here'));
    expect(await readdir(join(place, 'a'))).toEqual(['b']);
    const bucket = await openObjectStore(`s3://objects?endpoint=${encodeURIComponent(endpoint)}`);
    await bucket.put('a/b', Buffer.from('there'));
    expect(Buffer.from((await bucket.get('a/b')) ?? []).toString()).toBe('there');
    bucket.close();
  });

  it.each(['', 'archive', 'https://example.com/archive', 's3://', 's3://bucket?reigon=x'])(
    'is not %j',
    async (location) => {
      await expect(openObjectStore(location)).rejects.toThrow('neither an absolute path nor s3://bucket');
    },
  );
});

describe('a directory as an object store', () => {
  it('leaves no temporary files behind', async () => {
    const place = join(directory, 'clean');
    const store = createDirectoryStore(place);
    await Promise.all([1, 2, 3].map(() => store.put(key, randomBytes(10))));
    expect(await readdir(join(place, 'ab'.repeat(32)))).toEqual(['320.webp']);
  });
});

describe('an S3 bucket as an object store', () => {
  it('throws when the bucket does not exist', async () => {
    const store = createBucketStore(
      { bucket: 'nowhere', region: 'us-east-1', endpoint },
      { contentType: 'image/webp' },
    );
    await expect(store.put(key, randomBytes(10))).rejects.toThrow(/bucket/i);
  });
});
