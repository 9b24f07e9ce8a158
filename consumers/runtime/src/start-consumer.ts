import { randomUUID } from 'node:crypto';
import type { Pool } from '@gavel/postgres/pool';
import { partitionsOf } from '@gavel/proto/topology';
import type { EventSource } from '@gavel/rabbitmq/event-source';
import { createStreamSource } from '@gavel/rabbitmq/stream-source';
import type { Running } from '@gavel/resilience';
import { batchStore } from './adapters/postgres/batch-store.ts';
import { commitTogether, readCheckpoint, readOffsets } from './adapters/postgres/checkpoints.ts';
import { countParked } from './adapters/postgres/dead-letters.ts';
import { forgetMember, writeHeartbeat } from './adapters/postgres/members.ts';
import { readPauses, removePause, writePause } from './adapters/postgres/pauses.ts';
import { startProcessedEventsUpkeep } from './adapters/postgres/processed-events.ts';
import type { CommitStrategy } from './application/checkpoint.ts';
import { type Follower, startMembership } from './application/membership.ts';
import { type PartitionReader, startPartitionReader } from './application/partition-reader.ts';
import { HEALTHY_STATES, type PartitionStatus } from './application/partition-status.ts';
import type { ConsumerDefinition } from './define-consumer.ts';
import { observePartitions } from './telemetry/observe-status.ts';

/** Larger batches cost little less per message, and would make each retry of a failing batch longer. */
const BATCH_LIMIT = 1_000;

export interface StartConsumerOptions {
  readonly definition: ConsumerDefinition;
  /** The consumer's own database: projection, checkpoints, processed events and dead letters. */
  readonly pool: Pool;
  /** `rabbitmq-stream://user:pass@host:port/vhost` */
  readonly streamUrl: string;
  /** Most messages in one transaction; default: 1,000. A batch is what has arrived; nothing waits to fill it. */
  readonly batchLimit?: number;
  /**
   * How long, in milliseconds, a stream may end before the checkpoint, as it can after a failover, until that is reported as
   * a loss; default: 30,000.
   */
  readonly graceMs?: number;
  /** The partitions to read; default: all of the stream. */
  readonly partitions?: readonly string[];
  /** Only for tests that plant a fault, see CommitStrategy; default: effect and offset in one transaction. */
  readonly commitStrategy?: CommitStrategy;
  /** Only for tests that bring their own events; default: the RabbitMQ stream at `streamUrl`. */
  readonly source?: EventSource;
}

/** A running consumer. `stop` finishes and commits the current batches, then leaves the group. The pool stays open. */
export interface RunningConsumer extends Running {
  status(): ConsumerStatus;
  /** Returns the status if every partition is read, by this member or another; otherwise throws, naming what is wrong. */
  check(): ConsumerStatus;
  /** Pauses the group, or one of its partitions, for all members and over restarts. This member pauses at once. */
  pause(partition?: string): Promise<void>;
  /** Ends the pause of one partition, or without an argument every pause of the group. */
  resume(partition?: string): Promise<void>;
}

export interface ConsumerStatus {
  readonly consumer: string;
  /** This instance's id among the members of its group. */
  readonly member: string;
  readonly partitions: readonly PartitionStatus[];
}

/**
 * Joins the consumer's group and reads the partitions that the group gives to this member, from the group's checkpoints.
 * Returns at once: broker and database may be unavailable, now and later; `check` shows the state.
 */
export function startConsumer(options: StartConsumerOptions): RunningConsumer {
  const { definition, pool } = options;
  const { name } = definition;
  const member = randomUUID();
  const source = options.source ?? createStreamSource(options.streamUrl, `consumer ${name}`);
  const partitions = options.partitions ?? partitionsOf(definition.stream);
  const readers = startReaders(options, source, partitions);
  const upkeep = startProcessedEventsUpkeep(pool, () => oldestStored(source, partitions));
  const status = (): ConsumerStatus => ({
    consumer: name,
    member,
    partitions: readers.map((reader) => reader.status()),
  });
  const held = (): string[] => status().partitions.flatMap((each) => (each.held ? [each.partition] : []));
  const membership = startMembership(
    {
      writeHeartbeat: () => writeHeartbeat(pool, name, member, held()),
      readPauses: () => readPauses(pool, name),
      readOffsets: () => readOffsets(pool, name),
      forgetMember: () => forgetMember(pool, name, member),
    },
    followWith(readers),
  );
  const stopMetrics = observePartitions(status, () => countParked(pool, name));
  return {
    status,
    check: () => requireHealthy(status()),
    async pause(partition) {
      await writePause(pool, name, partition);
      await membership.readPauses();
    },
    async resume(partition) {
      await removePause(pool, name, partition);
      await membership.readPauses();
    },
    async stop() {
      stopMetrics();
      const upkeepStopped = upkeep.stop();
      await Promise.all(readers.map((reader) => reader.stop()));
      await membership.stop();
      // The upkeep may be waiting for an answer of the source.
      await source.close();
      await upkeepStopped;
    },
  };
}

function startReaders(
  options: StartConsumerOptions,
  source: EventSource,
  partitions: readonly string[],
): PartitionReader[] {
  const {
    definition,
    pool,
    batchLimit = BATCH_LIMIT,
    commitStrategy = commitTogether(pool),
    graceMs,
  } = options;
  const jitter = sharedJitter();
  return partitions.map((partition) =>
    startPartitionReader({
      definition,
      partition,
      source,
      store: batchStore,
      commit: commitStrategy,
      readCheckpoint: () => readCheckpoint(pool, definition.name, partition),
      batchLimit,
      jitter,
      ...(graceMs !== undefined && { graceMs }),
    }),
  );
}

function followWith(readers: readonly PartitionReader[]): Follower {
  return {
    setPauses(isPaused) {
      for (const reader of readers) reader.setPaused(isPaused(reader.partition));
    },
    watchCheckpoints() {
      const watches = readers.map((reader) => ({ reader, compare: reader.watchCheckpoint() }));
      return (stored) => {
        for (const { reader, compare } of watches) compare(stored.get(reader.partition) ?? null);
      };
    },
  };
}

function requireHealthy(status: ConsumerStatus): ConsumerStatus {
  const bad = status.partitions.filter(({ state }) => !HEALTHY_STATES.has(state));
  if (bad.length === 0) return status;
  throw new Error(
    bad.map(({ partition, state, problem }) => `${partition} ${state}: ${problem ?? '…'}`).join('; '),
  );
}

async function oldestStored(source: EventSource, partitions: readonly string[]): Promise<number> {
  let oldest = Date.now();
  for (const partition of partitions) {
    oldest = Math.min(oldest, (await source.oldestStoredAt(partition)) ?? oldest);
  }
  return oldest;
}

/** The same random number for the same number of failures, for all readers. */
function sharedJitter(): (failures: number) => number {
  const drawn: number[] = [];
  return (failures) => {
    drawn[failures] ??= Math.random();
    return drawn[failures];
  };
}
