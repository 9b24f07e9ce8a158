import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { PictureStore } from '../../application/ports.ts';
import { createPictureDirectory } from '../filesystem/picture-directory.ts';
import { createPictureBucket } from './picture-bucket.ts';

let directory: string;
let server: S3rver;
let endpoint: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gavel-picture-stores-'));
  server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: join(directory, 's3'),
    configureBuckets: [{ name: 'pictures', configs: [] }],
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

// The contract of every picture store.
describe.each<[string, () => PictureStore]>([
  ['a directory', () => createPictureDirectory(join(directory, 'made', 'when', 'missing'))],
  ['an S3 bucket', () => createPictureBucket({ bucket: 'pictures', region: 'us-east-1', endpoint })],
])('%s as a picture store', (_, create) => {
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
});

describe('a directory as a picture store', () => {
  it('leaves no temporary files behind', async () => {
    const place = join(directory, 'clean');
    const store = createPictureDirectory(place);
    await Promise.all([1, 2, 3].map(() => store.put(key, randomBytes(10))));
    expect(await readdir(join(place, 'ab'.repeat(32)))).toEqual(['320.webp']);
  });
});

describe('an S3 bucket as a picture store', () => {
  it('throws when the bucket does not exist', async () => {
    const store = createPictureBucket({ bucket: 'nowhere', region: 'us-east-1', endpoint });
    await expect(store.put(key, randomBytes(10))).rejects.toThrow(/bucket/i);
  });
});
