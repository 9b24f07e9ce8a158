import type { DescMessage } from '@bufbuild/protobuf';
import { attribute, metric } from '@gavel/observability/attributes';
import { createLogger } from '@gavel/observability/logger';
import type { Pool } from '@gavel/postgres/pool';
import { partitionsOf } from '@gavel/proto/topology';
import { type BatchObservableResult, metrics } from '@opentelemetry/api';
import { commitTogether, readCheckpoint } from './adapters/postgres/checkpoints.ts';
import { blockedAggregates, countParked, park } from './adapters/postgres/dead-letters.ts';
import { maintainProcessedEventDays } from './adapters/postgres/processed-event-days.ts';
import { claimNewEvents } from './adapters/postgres/processed-events.ts';
import { createStreamSource } from './adapters/stream/stream-source.ts';
import type { CommitStrategy } from './application/commit-strategy.ts';
import { PartitionReader } from './application/partition-reader.ts';
import type { PartitionStatus } from './application/partition-status.ts';
import type { EventSource } from './application/source.ts';
import type { ConsumerDefinition } from './define-consumer.ts';

const log = createLogger('consumer');
const HOUSEKEEPING_MS = 3600_000;
/** At 1,000 a transaction costs little beside its events; more would only make the waits of a failing batch longer. */
const BATCH_LIMIT = 1_000;

export interface StartConsumerOptions<S extends DescMessage = DescMessage> {
  readonly definition: ConsumerDefinition<S>;
  /** The consumer's own database: projection, checkpoints, processed events and dead letters. */
  readonly pool: Pool;
  /** `rabbitmq-stream://user:pass@host:port/vhost` */
  readonly streamUrl: string;
  /** Most messages in one transaction; 1,000 unless told. A batch is whatever has arrived, nothing waits to fill it. */
  readonly batchLimit?: number;
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
  /** Resolves with the status when every partition is being read; throws, naming what is wrong, when one is not. */
  check(): ConsumerStatus;
  /** Finishes and commits the batches in hand, then leaves the broker. The pool stays open. */
  stop(): Promise<void>;
}

export interface ConsumerStatus {
  readonly consumer: string;
  readonly partitions: readonly PartitionStatus[];
}

/**
 * Starts reading every partition of the consumer's stream from its checkpoint. Returns at once: broker and database may
 * be away now and come back later, at any time and any number of times; `check` tells how it stands.
 */
export function startConsumer<S extends DescMessage>(options: StartConsumerOptions<S>): RunningConsumer {
  const { pool, streamUrl, batchLimit = BATCH_LIMIT } = options;
  // The runtime hands the handler only events of the definition's own types (judgeDelivery), which S says.
  const definition = options.definition as unknown as ConsumerDefinition;
  const source = options.source ?? createStreamSource(streamUrl, `consumer ${definition.name}`);
  const partitions = options.partitions ?? partitionsOf(definition.stream);
  const readers = partitions.map(
    (partition) =>
      new PartitionReader({
        definition,
        partition,
        source,
        store: { claim: claimNewEvents, blocked: blockedAggregates, park },
        commit: options.commitStrategy ?? commitTogether(pool),
        readCheckpoint: () => readCheckpoint(pool, definition.name, partition),
        batchLimit,
      }),
  );
  const stopHousekeeping = startHousekeeping(pool);
  const status = (): ConsumerStatus => ({
    consumer: definition.name,
    partitions: readers.map((reader) => reader.status()),
  });
  const stopMetrics = observe(pool, status);
  return {
    status,
    check() {
      const now = status();
      const bad = now.partitions.filter(({ state }) => state !== 'running');
      if (bad.length === 0) return now;
      throw new Error(
        bad.map(({ partition, state, problem }) => `${partition} ${state}: ${problem ?? '…'}`).join('; '),
      );
    },
    async stop() {
      stopMetrics();
      stopHousekeeping();
      await Promise.all(readers.map((reader) => reader.stop()));
      await source.close();
    },
  };
}

function startHousekeeping(pool: Pool): () => void {
  const run = (): void => {
    maintainProcessedEventDays(pool).catch((error: unknown) =>
      log.warn({ err: error }, 'processed events were not tidied; tried again in an hour'),
    );
  };
  run();
  const timer = setInterval(run, HOUSEKEEPING_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function observe(pool: Pool, status: () => ConsumerStatus): () => void {
  const meter = metrics.getMeter('gavel.consumer');
  const lag = meter.createObservableGauge(metric.consumerLag.name, metric.consumerLag);
  const parked = meter.createObservableGauge(metric.consumerDeadLetters.name, metric.consumerDeadLetters);
  const report = async (result: BatchObservableResult): Promise<void> => {
    const { consumer, partitions } = status();
    for (const { partition, lagMessages } of partitions) {
      result.observe(lag, lagMessages, {
        [attribute.consumerGroup]: consumer,
        [attribute.destinationPartition]: partition,
      });
    }
    result.observe(parked, await countParked(pool, consumer), { [attribute.consumerGroup]: consumer });
  };
  meter.addBatchObservableCallback(report, [lag, parked]);
  return () => meter.removeBatchObservableCallback(report, [lag, parked]);
}
