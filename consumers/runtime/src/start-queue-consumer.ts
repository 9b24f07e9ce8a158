import { attribute, metric } from '@gavel/observability/attributes';
import type { Pool } from '@gavel/postgres/pool';
import { type BatchObservableResult, metrics } from '@opentelemetry/api';
import { countParked } from './adapters/postgres/dead-letters.ts';
import { maintainProcessedEventDays } from './adapters/postgres/processed-events.ts';
import { Housekeeping } from './application/housekeeping.ts';
import type { QueueConsumerDefinition } from './define-queue-consumer.ts';
import { createQueueStore } from './queue/adapters/postgres/queue-store.ts';
import { openQueueSession } from './queue/adapters/rabbitmq/queue-session.ts';
import type { QueueConsumerStatus } from './queue/application/queue-reader.ts';
import { QueueReader } from './queue/application/queue-reader.ts';
import { queueNames } from './queue/domain/queues.ts';

/** Bounds memory and the work that is lost with a process; the pool's connections bound what runs at once. */
const PREFETCH = 32;
const LANES = 4;

export interface StartQueueConsumerOptions {
  readonly definition: QueueConsumerDefinition;
  /** The consumer's own database: its tables, processed events and dead letters. */
  readonly pool: Pool;
  /** amqp:// URL with the vhost as path. */
  readonly amqpUrl: string;
  /** Most messages in hand; 32 unless told. */
  readonly prefetch?: number;
  /** How many events are handled at once, those of one aggregate never; 4 unless told. */
  readonly concurrency?: number;
  /** How long messages are held while the database is away, before they are put back with a delay; 60 s unless told. */
  readonly holdMs?: number;
}

/** A queue consumer at work. */
export interface RunningQueueConsumer {
  status(): QueueConsumerStatus;
  /** Returns the status while the queue is being read; throws, naming what is wrong, when it is not. */
  check(): QueueConsumerStatus;
  /** Takes no more, finishes and acknowledges what is in hand, then leaves the broker. The pool stays open. */
  stop(): Promise<void>;
}

/**
 * Declares the consumer's queue and starts to work on it. Returns at once: broker and database may be away now and come
 * back later, at any time and any number of times; `check` tells how it stands.
 */
export function startQueueConsumer(options: StartQueueConsumerOptions): RunningQueueConsumer {
  const { definition, pool, amqpUrl, prefetch = PREFETCH, concurrency = LANES } = options;
  const reader = new QueueReader({
    definition,
    store: createQueueStore(pool, definition),
    open: (onDelivery) => openQueueSession({ amqpUrl, definition, prefetch, onDelivery }),
    lanes: concurrency,
    ...(options.holdMs !== undefined && { holdMs: options.holdMs }),
  });
  const housekeeping = new Housekeeping(() => maintainProcessedEventDays(pool));
  const stopMetrics = observe(pool, definition.name, () => reader.status());
  return {
    status: () => reader.status(),
    check() {
      const now = reader.status();
      if (now.state === 'running') return now;
      throw new Error(`${now.queue} ${now.state}: ${now.problem ?? '…'}`);
    },
    async stop() {
      stopMetrics();
      housekeeping.stop();
      await reader.stop();
    },
  };
}

function observe(pool: Pool, consumer: string, status: () => QueueConsumerStatus): () => void {
  const meter = metrics.getMeter('gavel.consumer');
  const lag = meter.createObservableGauge(metric.consumerLag.name, metric.consumerLag);
  const parked = meter.createObservableGauge(metric.consumerDeadLetters.name, metric.consumerDeadLetters);
  const report = async (result: BatchObservableResult): Promise<void> => {
    const group = { [attribute.consumerGroup]: consumer };
    const { waiting, inHand } = status();
    result.observe(lag, waiting + inHand, {
      ...group,
      [attribute.destinationName]: queueNames(consumer).main,
    });
    result.observe(parked, await countParked(pool, consumer), group);
  };
  meter.addBatchObservableCallback(report, [lag, parked]);
  return () => meter.removeBatchObservableCallback(report, [lag, parked]);
}
