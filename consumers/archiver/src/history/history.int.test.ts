import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Delivery } from '@gavel/rabbitmq/event-source';
import { createStreamSource } from '@gavel/rabbitmq/stream-source';
import { describe, expect, it } from 'vitest';
import { segmentKey } from '../adapters/object-store/segment-keys.ts';
import { useArchiveFixture } from '../testing/archive-fixture.ts';
import { createHistorySource, type HistorySource } from './history-source.ts';

describe('the history of a partition', () => {
  const fixture = useArchiveFixture();
  const SHORT = { 'max-length-bytes': 20_000, 'stream-max-segment-size-bytes': 10_000 };

  const withHistory = async <T>(work: (history: HistorySource) => Promise<T>): Promise<T> => {
    const stream = createStreamSource(fixture.producer.urls.streamUrl, 'history');
    try {
      return await work(createHistorySource(fixture.archive, stream));
    } finally {
      await stream.close();
    }
  };
  const read = (partition: string, from: bigint | 'first', until: bigint): Promise<Delivery[]> =>
    withHistory(async (history) => {
      const start = from === 'first' ? from : { at: from };
      const subscription = await history.subscribe(partition, start);
      const deliveries: Delivery[] = [];
      while ((deliveries.at(-1)?.offset ?? until - 1n) < until) {
        const taken = await subscription.take(7);
        if (taken === undefined) throw new Error('the subscription ended');
        deliveries.push(...taken);
      }
      await subscription.close();
      return deliveries;
    });
  const idsOf = (deliveries: readonly Delivery[]) =>
    deliveries.map(({ content }) => (content.ok ? content.headers.cloudEvents_id : content.problem));
  const archive = async (partition: string, last: bigint): Promise<void> => {
    const archiver = fixture.start(partition, { graceMs: 0 });
    await fixture.archivedUpTo(partition, last);
    await archiver.stop();
  };
  const firstOffset = async (partition: string) =>
    (await fixture.producer.client.streamStatsRequest(partition)).firstChunkId;

  it('is read from the archive and then from the stream, also after retention has removed the beginning', async () => {
    const partition = 'history-truncated';
    await fixture.createPartition(partition, SHORT);
    const sent: string[] = [];
    // The archiver is ahead of retention all the time.
    fixture.start(partition);
    while ((await firstOffset(partition)) <= 0n) {
      sent.push(...(await fixture.send(partition, 20)));
      await fixture.archivedUpTo(partition, BigInt(sent.length - 1));
    }
    const deliveries = await read(partition, 'first', BigInt(sent.length - 1));
    expect(idsOf(deliveries)).toEqual(sent);
    expect(deliveries.map(({ offset }) => Number(offset))).toEqual(sent.map((_, i) => i));
    const later = await read(partition, 13n, BigInt(sent.length - 1));
    expect(idsOf(later)).toEqual(sent.slice(13));
  });

  it('continues in the stream with what is not archived yet', async () => {
    const partition = 'history-behind';
    await fixture.createPartition(partition);
    const sent = await fixture.send(partition, 6);
    await archive(partition, 5n);
    sent.push(...(await fixture.send(partition, 5)));
    expect(idsOf(await read(partition, 'first', 10n))).toEqual(sent);
    expect(idsOf(await read(partition, 8n, 10n))).toEqual(sent.slice(8));
  });

  it('has the messages of a recreated stream after those of the older one, whose offsets are negative', async () => {
    const partition = 'history-recreated';
    await fixture.createPartition(partition);
    const older = await fixture.send(partition, 6);
    await archive(partition, 5n);
    await fixture.producer.client.deleteStream({ stream: partition });
    await fixture.createPartition(partition);
    const newer = await fixture.send(partition, 4);
    const expected = [...older, ...newer];
    const offsets = [-6, -5, -4, -3, -2, -1, 0, 1, 2, 3];

    const before = await read(partition, 'first', 3n);
    await archive(partition, 3n);
    const after = await read(partition, 'first', 3n);
    for (const deliveries of [before, after]) {
      expect(idsOf(deliveries)).toEqual(expected);
      expect(deliveries.map(({ offset }) => Number(offset))).toEqual(offsets);
    }
    const { origin, next } = await withHistory((history) => history.timeline(partition));
    expect({ origin, next }).toEqual({ origin: -6n, next: 4n });
  });

  it('finds the first archived message from a moment on', async () => {
    const partition = 'history-moment';
    await fixture.createPartition(partition);
    await fixture.send(partition, 3);
    await archive(partition, 2n);
    const [[, , first] = []] = await fixture.read(partition);
    // The broker stamps in milliseconds, so the next chunk must be at least one later.
    while (Date.now() <= (first?.storedAt ?? 0) + 1) await fixture.archive.end(partition);
    await fixture.send(partition, 9);
    await archive(partition, 11n);
    const at = (moment: number) => withHistory((history) => history.offsetAt(partition, moment));
    expect(await at(0)).toBe(0n);
    expect(await at((first?.storedAt ?? 0) + 1)).toBe(3n);
    expect(await at(Date.now() + 3_600_000)).toBeUndefined();
  });

  it('is refused with a sentence where a segment is missing, and where the stream has lost what follows the archive', async () => {
    const partition = 'history-missing';
    await fixture.createPartition(partition, SHORT);
    await fixture.send(partition, 12);
    await archive(partition, 11n);
    const segments = await fixture.archive.list(partition);
    const middle = segments.find(({ first }) => first > 0n && first < 8n);
    if (middle === undefined) throw new Error('there is no segment in the middle');
    const file = (kind: 'zst' | 'json') => join(fixture.directory, segmentKey(middle, kind));
    await rm(file('zst'));
    await expect(read(partition, 'first', 11n)).rejects.toThrow(
      `${partition}: offset ${middle.first} is wanted, but the archive cannot be read there: ${segmentKey(middle, 'zst')} is missing`,
    );
    await rm(file('json'));
    await expect(read(partition, 'first', 11n)).rejects.toThrow(
      `${partition}: offset ${middle.first} is wanted, but the archive has nothing from there to offset ${middle.last + 1n} of generation`,
    );
    while ((await firstOffset(partition)) <= 12n) await fixture.send(partition, 50);
    await expect(read(partition, middle.last + 1n, 40n)).rejects.toThrow(
      new RegExp(
        `${partition}: offset 12 is wanted, but the archive ends before it, and the stream begins at \\d+$`,
      ),
    );
  });
});
