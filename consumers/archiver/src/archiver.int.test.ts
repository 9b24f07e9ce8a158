import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import { createDirectoryStore } from '@gavel/object-store/directory-store';
import type { ObjectStore } from '@gavel/object-store/object-store';
import type { Delivery } from '@gavel/rabbitmq/event-source';
import { createStreamSource } from '@gavel/rabbitmq/stream-source';
import { publishRaw } from '@gavel/rabbitmq/testing/raw-publisher';
import { describe, expect, it } from 'vitest';
import type { ArchivedMessage } from './adapters/object-store/segment-bytes.ts';
import { segmentKey } from './adapters/object-store/segment-keys.ts';
import { useArchiveFixture } from './testing/archive-fixture.ts';

describe('an archiver of one partition', () => {
  const fixture = useArchiveFixture();

  const readStream = async (partition: string, count: number): Promise<Delivery[]> => {
    const source = createStreamSource(fixture.producer.urls.streamUrl, 'test');
    try {
      const subscription = await source.subscribe(partition, 'first');
      const deliveries: Delivery[] = [];
      while (deliveries.length < count) deliveries.push(...((await subscription.take(count)) ?? []));
      return deliveries;
    } finally {
      await source.close();
    }
  };
  const offsets = (messages: readonly ArchivedMessage[] | undefined) =>
    messages?.map(({ offset }) => Number(offset));
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

  it('stores every message byte for byte, also one that is no message, in segments of limited size', async () => {
    const partition = 'archived-bytes';
    await fixture.createPartition(partition);
    await fixture.send(partition, 9);
    await publishRaw(fixture.producer.urls.streamUrl, partition, [Buffer.from('not a message')]);
    const archiver = fixture.start(partition);
    await fixture.archivedUpTo(partition, 9n);

    const stream = await readStream(partition, 10);
    const [archived] = await fixture.read(partition);
    expect(archived).toEqual(
      stream.map(({ offset, storedAt, content }) => ({
        offset,
        storedAt,
        bytes: content.bytes,
        ...(!content.ok && { problem: content.problem }),
      })),
    );
    for (const { first, last } of await fixture.archive.list(partition)) {
      expect(last - first).toBeLessThan(4n);
    }
    await eventually(() =>
      expect(archiver.status()).toMatchObject({ state: 'running', offset: 9n, lagMessages: 0 }),
    );
    await archiver.measureRetention();
    expect(archiver.status().retentionBehindSeconds).toBeGreaterThanOrEqual(0);
  });

  it('has every message once, wherever it was killed while it stored segments', async () => {
    const partition = 'archived-cut';
    await fixture.createPartition(partition);
    for (let cut = 0; cut < 5; cut++) {
      await fixture.send(partition, 6);
      // The store fails after some of the objects of these segments, as if the process had been killed there.
      const store = createDirectoryStore(fixture.directory);
      let puts = 0;
      const failed = Promise.withResolvers<void>();
      const failing: ObjectStore = {
        ...store,
        async put(key, bytes) {
          if (puts === cut) {
            failed.resolve();
            throw new Error('killed');
          }
          puts += 1;
          await store.put(key, bytes);
        },
      };
      const killed = fixture.startOn(failing, partition);
      if (cut < 4) await failed.promise;
      else await fixture.archivedUpTo(partition, 29n);
      await killed.stop();
      const next = fixture.start(partition);
      await fixture.archivedUpTo(partition, BigInt(cut * 6 + 5));
      await next.stop();
    }
    const generations = await fixture.read(partition);
    expect(generations.map(offsets)).toEqual([upTo(30)]);
  });

  it.each([
    ['shorter', 3],
    ['longer', 12],
  ])(
    'begins a new generation for a recreated stream that is %s, and keeps the old one',
    async (name, count) => {
      const partition = `archived-recreated-${name}`;
      await fixture.createPartition(partition);
      await fixture.send(partition, 10);
      const before = fixture.start(partition);
      await fixture.archivedUpTo(partition, 9n);
      await before.stop();
      await fixture.producer.client.deleteStream({ stream: partition });
      await fixture.createPartition(partition);
      await fixture.send(partition, count);
      fixture.start(partition, { graceMs: 0 });
      await fixture.archivedUpTo(partition, BigInt(count - 1));
      const generations = await fixture.read(partition);
      expect(generations.map(offsets)).toEqual([upTo(10), upTo(count)]);
    },
  );

  it('begins a new generation after messages that retention removed before they were archived', async () => {
    const partition = 'archived-late';
    await fixture.createPartition(partition, {
      'max-length-bytes': 20_000,
      'stream-max-segment-size-bytes': 10_000,
    });
    await fixture.send(partition, 5);
    const before = fixture.start(partition);
    await fixture.archivedUpTo(partition, 4n);
    await before.stop();
    const firstOffset = async () =>
      (await fixture.producer.client.streamStatsRequest(partition)).firstChunkId;
    let sent = 5n;
    while ((await firstOffset()) <= 5n) {
      await fixture.send(partition, 50);
      sent += 50n;
    }
    fixture.start(partition);
    await fixture.archivedUpTo(partition, sent - 1n);
    const [old, late] = (await fixture.read(partition)).map(offsets);
    expect(old).toEqual(upTo(5));
    const first = late?.[0] ?? 0;
    expect(first).toBeGreaterThan(5);
    expect(late).toEqual(upTo(Number(sent)).slice(first));
  });

  it('shares a partition with other archivers, without a second copy of a message', async () => {
    const partition = 'archived-shared';
    await fixture.createPartition(partition);
    const archivers = [fixture.start(partition), fixture.start(partition)];
    await fixture.send(partition, 6);
    await fixture.archivedUpTo(partition, 5n);
    const active = archivers.find((each) => each.status().held);
    await active?.stop();
    await fixture.send(partition, 6);
    await fixture.archivedUpTo(partition, 11n);
    expect((await fixture.read(partition)).map(offsets)).toEqual([upTo(12)]);
  });

  it('finds a segment that was changed, cut or removed', async () => {
    const partition = 'archived-broken';
    await fixture.createPartition(partition);
    await fixture.send(partition, 3);
    fixture.start(partition);
    await fixture.archivedUpTo(partition, 2n);
    const [segment] = await fixture.archive.list(partition);
    if (segment === undefined) throw new Error('nothing was archived');
    const key = segmentKey(segment, 'zst');
    const file = join(fixture.directory, key);
    const bytes = await readFile(file);
    bytes[10] = (bytes[10] ?? 0) ^ 1;
    await writeFile(file, bytes);
    await expect(fixture.archive.read(segment)).rejects.toThrow(/\.zst is damaged: its SHA-256 is/);
    await truncate(file, 0);
    await expect(fixture.archive.read(segment)).rejects.toThrow(`${key} is damaged`);
    const manifest = join(fixture.directory, segmentKey(segment, 'json'));
    await writeFile(manifest, '{"format":1}');
    await expect(fixture.archive.read(segment)).rejects.toThrow('.json is damaged: it is not a manifest');
    expect(await readdir(join(file, '..'))).toHaveLength(2);
  });
});
