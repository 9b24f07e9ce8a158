import type { Pool } from '@gavel/postgres/pool';
import { type Running, startLoop } from '@gavel/resilience';
import { countParked } from './adapters/postgres/dead-letters.ts';
import { readPauses } from './adapters/postgres/pauses.ts';
import { startProcessedEventsUpkeep } from './adapters/postgres/processed-events.ts';
import type { QueueConsumerDefinition } from './define-queue-consumer.ts';
import { createQueueStore } from './queue/adapters/postgres/queue-store.ts';
import { openQueueSession } from './queue/adapters/rabbitmq/queue-session.ts';
import { type QueueConsumerStatus, startQueueReader } from './queue/application/queue-reader.ts';
import { queueNames } from './queue/domain/queues.ts';
import { observeQueue } from './telemetry/observe-status.ts';

/**
 * Limits memory, and the work that is lost when a process dies. The pool's connections limit how many events are
 * handled at once.
 */
const PREFETCH = 32;
const LANES = 4;
/** How often the pauses are read. */
const PAUSES_MS = 2_000;

export interface StartQueueConsumerOptions {
  readonly definition: QueueConsumerDefinition;
  /** The consumer's own database: its tables, processed events and dead letters. */
  readonly pool: Pool;
  /** amqp:// URL with the vhost as path. */
  readonly amqpUrl: string;
  /** Most unacknowledged messages; default: 32. */
  readonly prefetch?: number;
  /** How many events are handled at once, never two of one aggregate; default: 4. */
  readonly concurrency?: number;
  /** How long messages are held while the database is unavailable, before they are delayed; default: 60,000 ms. */
  readonly holdMs?: number;
}

/**
 * A running queue consumer. `stop` finishes and acknowledges the messages that it has received, then leaves. The pool
 * stays open.
 */
export interface RunningQueueConsumer extends Running {
  status(): QueueConsumerStatus;
  /** Returns the status if the queue is being read, or paused; otherwise throws, naming what is wrong. */
  check(): QueueConsumerStatus;
}

/**
 * Declares the consumer's queues and starts to work. Returns at once: broker and database may be unavailable, now and
 * later; `check` shows the state.
 */
export function startQueueConsumer(options: StartQueueConsumerOptions): RunningQueueConsumer {
  const { definition, pool, amqpUrl, prefetch = PREFETCH, concurrency = LANES } = options;
  const reader = startQueueReader({
    definition,
    store: createQueueStore(pool, definition),
    open: (onDelivery, signal) => openQueueSession({ amqpUrl, definition, prefetch, onDelivery, signal }),
    lanes: concurrency,
    ...(options.holdMs !== undefined && { holdMs: options.holdMs }),
  });
  const { main } = queueNames(definition.name);
  const pauses = startLoop(
    'queue-pauses',
    async () => {
      reader.setPaused((await readPauses(pool, definition.name))(main));
      return PAUSES_MS;
    },
    { firstMs: 250, maxMs: PAUSES_MS },
  );
  const upkeep = startProcessedEventsUpkeep(pool);
  const stopMetrics = observeQueue(
    () => reader.status(),
    () => countParked(pool, definition.name),
  );
  return {
    status: () => reader.status(),
    check() {
      const now = reader.status();
      if (now.state === 'running' || now.state === 'paused') return now;
      throw new Error(`${now.queue} ${now.state}: ${now.problem ?? '…'}`);
    },
    async stop() {
      stopMetrics();
      await Promise.all([pauses.stop(), upkeep.stop(), reader.stop()]);
    },
  };
}
