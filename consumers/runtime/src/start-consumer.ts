import { randomUUID } from 'node:crypto';
import type { Pool } from '@gavel/postgres/pool';
import { partitionsOf } from '@gavel/proto/topology';
import type { EventSource } from '@gavel/rabbitmq/event-source';
import { createStreamSource } from '@gavel/rabbitmq/stream-source';
import { commitTogether, readCheckpoint } from './adapters/postgres/checkpoints.ts';
import { blockedAggregates, countParked, park } from './adapters/postgres/dead-letters.ts';
import { forgetMember, writeHeartbeat } from './adapters/postgres/members.ts';
import { readPauses, removePause, writePause } from './adapters/postgres/pauses.ts';
import { claimNewEvents, maintainProcessedEventDays } from './adapters/postgres/processed-events.ts';
import type { CommitStrategy } from './application/checkpoint.ts';
import { Housekeeping } from './application/housekeeping.ts';
import { Membership } from './application/keep-membership.ts';
import { PartitionReader } from './application/partition-reader.ts';
import { type PartitionStatus, SOUND_STATES } from './application/partition-status.ts';
import type { ConsumerDefinition } from './define-consumer.ts';
import { observeStatus } from './observe-status.ts';

/** At 1,000 a transaction costs little beside its events; more would only make the waits of a failing batch longer. */
const BATCH_LIMIT = 1_000;

export interface StartConsumerOptions {
  readonly definition: ConsumerDefinition;
  /** The consumer's own database: projection, checkpoints, processed events and dead letters. */
  readonly pool: Pool;
  /** `rabbitmq-stream://user:pass@host:port/vhost` */
  readonly streamUrl: string;
  /** Most messages in one transaction; 1,000 unless told. A batch is whatever has arrived, nothing waits to fill it. */
  readonly batchLimit?: number;
  /**
   * How long, in milliseconds, a stream may end before the message that was applied last, as it can after a failover, until
   * that is reported as a loss; 30,000 unless told.
   */
  readonly graceMs?: number;
  /** The partitions to read; all of the stream's unless told. */
  readonly partitions?: readonly string[];
  /** Only for proofs that plant a fault; see CommitStrategy. */
  readonly commitStrategy?: CommitStrategy;
  /** Only for tests that bring events from elsewhere; a RabbitMQ stream at `streamUrl` unless told. */
  readonly source?: EventSource;
}

/** A consumer at work. */
export interface RunningConsumer {
  status(): ConsumerStatus;
  /** Returns the status when every partition is read, by this member or another; throws, naming what is wrong, if not. */
  check(): ConsumerStatus;
  /** Pauses the group, or one of its partitions, for all of its members and over restarts; at once for this one. */
  pause(partition?: string): Promise<void>;
  /** Ends one partition's pause, or without one every pause of the group. */
  resume(partition?: string): Promise<void>;
  /** Finishes and commits the batches in hand, then leaves the group and the broker. The pool stays open. */
  stop(): Promise<void>;
}

export interface ConsumerStatus {
  readonly consumer: string;
  /** This instance's id among its group's members. */
  readonly member: string;
  readonly partitions: readonly PartitionStatus[];
}

/**
 * Joins the consumer's group and reads the partitions that fall to this member from the group's checkpoints. Returns at
 * once: broker and database may be away now and come back later, at any time and any number of times; `check` tells
 * how it stands.
 */
export function startConsumer(options: StartConsumerOptions): RunningConsumer {
  const { definition, pool, streamUrl, batchLimit = BATCH_LIMIT } = options;
  const { name } = definition;
  const member = randomUUID();
  const source = options.source ?? createStreamSource(streamUrl, `consumer ${name}`);
  const partitions = options.partitions ?? partitionsOf(definition.stream);
  const jitter = sharedJitter();
  const readers = partitions.map(
    (partition) =>
      new PartitionReader({
        definition,
        partition,
        source,
        store: { claim: claimNewEvents, blocked: blockedAggregates, park },
        commit: options.commitStrategy ?? commitTogether(pool),
        readCheckpoint: () => readCheckpoint(pool, name, partition),
        batchLimit,
        jitter,
        ...(options.graceMs !== undefined && { graceMs: options.graceMs }),
      }),
  );
  const housekeeping = new Housekeeping(() =>
    maintainProcessedEventDays(pool, () => oldestHeld(source, partitions)),
  );
  const status = (): ConsumerStatus => ({
    consumer: name,
    member,
    partitions: readers.map((reader) => reader.status()),
  });
  const held = (): string[] =>
    readers.flatMap((reader) => (reader.status().held ? [reader.status().partition] : []));
  const membership = new Membership(
    {
      beat: () => writeHeartbeat(pool, name, member, held()),
      readPauses: () => readPauses(pool, name),
      leave: () => forgetMember(pool, name, member),
    },
    (isPaused) => {
      for (const reader of readers) reader.setPaused(isPaused(reader.status().partition));
    },
  );
  const stopMetrics = observeStatus(status, () => countParked(pool, name));
  return {
    status,
    check: () => requireSound(status()),
    async pause(partition) {
      await writePause(pool, name, partition);
      await membership.look();
    },
    async resume(partition) {
      await removePause(pool, name, partition);
      await membership.look();
    },
    async stop() {
      stopMetrics();
      housekeeping.stop();
      await Promise.all(readers.map((reader) => reader.stop()));
      await membership.stop();
      await source.close();
    },
  };
}

function requireSound(status: ConsumerStatus): ConsumerStatus {
  const bad = status.partitions.filter(({ state }) => !SOUND_STATES.has(state));
  if (bad.length === 0) return status;
  throw new Error(
    bad.map(({ partition, state, problem }) => `${partition} ${state}: ${problem ?? '…'}`).join('; '),
  );
}

async function oldestHeld(source: EventSource, partitions: readonly string[]): Promise<number> {
  let oldest = Date.now();
  for (const partition of partitions) {
    oldest = Math.min(oldest, (await source.oldestStoredAt(partition)) ?? oldest);
  }
  return oldest;
}

/** One random number for each number of failures, for all that ask. */
function sharedJitter(): (failures: number) => number {
  const drawn: number[] = [];
  return (failures) => {
    drawn[failures] ??= Math.random();
    return drawn[failures];
  };
}
