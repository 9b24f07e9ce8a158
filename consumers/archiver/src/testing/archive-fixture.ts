import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@gavel/consumer-runtime/testing/eventually';
import {
  bidMessage,
  type ForeignProducer,
  openForeignProducer,
  uuidv7,
} from '@gavel/consumer-runtime/testing/foreign-producer';
import { createDirectoryStore } from '@gavel/object-store/directory-store';
import type { ObjectStore } from '@gavel/object-store/object-store';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { createObjectArchive, type ObjectArchive } from '../adapters/object-store/object-archive.ts';
import type { ArchivedMessage } from '../adapters/object-store/segment-bytes.ts';
import { createEventLog } from '../adapters/rabbitmq/event-log.ts';
import {
  type PartitionArchiver,
  type PartitionArchiverOptions,
  startPartitionArchiver,
} from '../application/partition-archiver.ts';
import { chainSegments } from '../domain/segment-chain.ts';

/** A virtual host, an archive in a directory, and archivers that are stopped after each test. */
export interface ArchiveFixture {
  readonly producer: ForeignProducer;
  readonly directory: string;
  readonly archive: ObjectArchive;
  /** Creates a partition of the test's own. */
  createPartition(partition: string, settings?: Record<string, number>): Promise<void>;
  /** Publishes bids of one auction and returns their event ids. */
  send(partition: string, count: number): Promise<string[]>;
  start(partition: string, options?: Partial<PartitionArchiverOptions>): PartitionArchiver;
  /** Starts an archiver that writes to a store of its own. */
  startOn(store: ObjectStore, partition: string): PartitionArchiver;
  /** Resolves when the archive's newest generation ends at this offset. */
  archivedUpTo(partition: string, last: bigint): Promise<void>;
  /** The messages of every generation, oldest first. Fails if a generation has holes. */
  read(partition: string): Promise<ArchivedMessage[][]>;
}

export function useArchiveFixture(): ArchiveFixture {
  const parts: { producer?: ForeignProducer; directory?: string } = {};
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    parts.producer = await openForeignProducer();
    parts.directory = await mkdtemp(join(tmpdir(), 'gavel-archive-'));
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  afterAll(async () => {
    await parts.producer?.close();
    if (parts.directory !== undefined) await rm(parts.directory, { recursive: true });
  });
  const fixture: ArchiveFixture = {
    get producer() {
      return requireCreated(parts.producer);
    },
    get directory() {
      return requireCreated(parts.directory);
    },
    get archive() {
      return createObjectArchive(createDirectoryStore(fixture.directory));
    },
    async createPartition(partition, settings = {}) {
      await fixture.producer.client.createStream({ stream: partition, arguments: settings });
    },
    async send(partition, count) {
      const bids = Array.from({ length: count }, (_, i) =>
        bidMessage({ itemId: uuidv7(), userId: uuidv7() }, i + 1),
      );
      await fixture.producer.send(partition, bids);
      return bids.map(({ envelope }) => envelope.id);
    },
    start(partition, options = {}) {
      const log = createEventLog(fixture.producer.urls.streamUrl, 'archiver');
      const archiver = startPartitionArchiver({
        stream: 'gavel.bids',
        partition,
        log,
        archive: fixture.archive,
        limits: { messages: 4, bytes: 1_000_000, ms: 100 },
        ...options,
      });
      stops.push(async () => {
        await archiver.stop();
        await log.close();
      });
      return archiver;
    },
    startOn: (store, partition) => fixture.start(partition, { archive: createObjectArchive(store) }),
    archivedUpTo: (partition, last) =>
      eventually(async () => expect((await fixture.archive.end(partition))?.last).toBe(last), 90_000),
    async read(partition) {
      const byGeneration = Map.groupBy(await fixture.archive.list(partition), (each) => each.generation);
      const generations: ArchivedMessage[][] = [];
      for (const [, segments] of [...byGeneration].toSorted(([one], [other]) => one - other)) {
        const { segments: chain, holes } = chainSegments(segments);
        expect(holes).toEqual([]);
        const messages: ArchivedMessage[] = [];
        for (const segment of chain) messages.push(...(await fixture.archive.read(segment)));
        generations.push(messages);
      }
      return generations;
    },
  };
  return fixture;
}

function requireCreated<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('available only inside a test');
  return part;
}
