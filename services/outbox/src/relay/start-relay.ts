import { hostname } from 'node:os';
import { createLogger, type Logger } from '@gavel/observability/logger';
import { startListener } from '@gavel/postgres/listener';
import { createPool } from '@gavel/postgres/pool';
import { requireWritable } from '@gavel/postgres/require-writable';
import type { StreamName } from '@gavel/proto/topology';
import { createBrokerAlarm, type EventPublisher } from '@gavel/rabbitmq/event-publisher';
import { createExchangePublisher } from '@gavel/rabbitmq/exchange-publisher';
import {
  createStreamPublisher,
  lastPublishingId,
  type StreamPublisherOptions,
} from '@gavel/rabbitmq/stream-publisher';
import { createTopology, type StreamRetention, type Topology } from '@gavel/rabbitmq/topology';
import { createSignal } from '@gavel/resilience';
import { WAKE_CHANNEL } from '../append/append.ts';
import { startPartitionKeeper } from '../partitions/partition-keeper.ts';
import { publishTypesKnownByNow } from '../set-aside/publish-again.ts';
import { type Backlog, startBacklogReader } from './backlog.ts';
import { startLeadership } from './lead.ts';
import type { LeaderSession } from './leader-session.ts';
import { createGapReader } from './read/gap-reader.ts';
import type { CreateReader } from './read/row-reader.ts';
import { createRelayMetrics, metered, type RelayMetrics } from './relay-metrics.ts';
import { Term, type TermOptions } from './term/term.ts';

export interface RelayOptions {
  outbox: 'auth' | 'bids';
  databaseUrl: string;
  amqpUrl: string;
  streamUrl: string;
  /** How long published rows are kept. As long as the stream keeps them, so that it can be refilled. */
  retentionSeconds: number;
  /** What streams keep that this relay creates. Default: a week and 5 GB a partition. */
  streamRetention?: StreamRetention;
  /** Ids per partition of the table; default: 250,000. */
  partitionRows?: number;
  /** How often the table is read even without a notification; default: 1 s. */
  pollMs?: number;
  /** Rows per claim; default: 1,000. */
  batchSize?: number;
  /** Most events sent and unconfirmed; default: 8,000. */
  windowSize?: number;
  /** How long a publisher waits for a confirm before it reconnects; default: 10 s. */
  stallMs?: number;
  /** How often the partitions of the table are checked; default: 30 s. */
  partitionCheckMs?: number;
  /** Replaces the gap reader, in a test that proves that a wrong reader is found. */
  createReader?: CreateReader;
  /** Replaces the publisher to the stream, in a test that proves that a wrong one is found. */
  createStream?: (options: StreamPublisherOptions) => EventPublisher;
}

export interface RelayStatus {
  readonly role: 'active' | 'standby';
  /** Why it is neither active nor on standby; usually the database's error. */
  readonly problem: string | undefined;
  readonly stream: EventPublisher['status'] | undefined;
  readonly exchange: EventPublisher['status'] | undefined;
}

export interface Relay {
  status(): RelayStatus;
  backlog(): Promise<Backlog>;
  /** Throws while the database takes no writes. */
  checkDatabase(): Promise<void>;
  /** Waits until the events in flight are confirmed (at most 3 seconds), then gives the outbox to a standby. */
  stop(): Promise<void>;
}

const POLL_MS = 1_000;
// About 600 bytes each. Larger claims gain nothing: a claim is one commit either way, and its rows wait for it.
const BATCH_SIZE = 1_000;
const WINDOW_SIZE = 8_000;

/** Starts a relay: it takes the outbox as soon as no other relay holds it, and continues after every kind of failure. */
export function startRelay(options: RelayOptions): Relay {
  const name = `relay-${options.outbox}`;
  const log = createLogger(name);
  const pool = createPool({ connectionString: options.databaseUrl, applicationName: name, max: 5 });
  const wake = createSignal();
  const topology = createTopology({
    ...(options.streamRetention && { retention: options.streamRetention }),
    onOtherRetention: (partition, difference) =>
      log.warn(
        { partition, difference },
        'this stream was created with another retention and keeps it; gavel refill --recreate applies the one of the settings',
      ),
  });
  let term: Term | undefined;

  const backlog = startBacklogReader(pool, log);
  const metrics = createRelayMetrics(options.outbox, () => ({
    active: leadership.role === 'active',
    backlog: leadership.reports ? backlog.latest : undefined,
  }));
  const listener = startListener({
    connectionString: options.databaseUrl,
    channel: WAKE_CHANNEL,
    onNotify: () => wake.notify(),
    onConnect: () => wake.notify(),
  });
  const partitions = startPartitionKeeper(pool, {
    rows: options.partitionRows,
    checkMs: options.partitionCheckMs,
    retentionSeconds: options.retentionSeconds,
    isActive: () => leadership.role === 'active',
    log,
  });

  const lead = async (session: LeaderSession, stop: AbortSignal): Promise<void> => {
    metrics.tookOver();
    partitions.check();
    const again = await publishTypesKnownByNow(pool, name);
    if (again.length > 0)
      log.info({ events: again.length }, 'publishing events that an older relay did not know');
    try {
      term = await Term.begin(session, {
        ...publishersOf(options, { metrics, log, name, topology }),
        holder: `${hostname()}:${process.pid}`,
        createReader: options.createReader ?? createGapReader,
        wake,
        metrics,
        log,
        batchSize: options.batchSize ?? BATCH_SIZE,
        windowSize: options.windowSize ?? WINDOW_SIZE,
        pollMs: options.pollMs ?? POLL_MS,
        stop,
      });
      await term.run();
    } finally {
      term = undefined;
    }
  };
  const leadership = startLeadership(pool, { lead, onFailure: () => metrics.failed('term'), log });

  return {
    status: () => ({
      role: leadership.role,
      problem: leadership.problem,
      stream: term?.publishers.stream.status,
      exchange: term?.publishers.exchange.status,
    }),
    backlog: backlog.read,
    checkDatabase: () => requireWritable(pool),
    async stop() {
      const ended = leadership.stop();
      wake.notify();
      await ended;
      await backlog.stop();
      await partitions.stop();
      await listener.stop();
      await pool.end();
    },
  };
}

/** The publishers of one term. They share an alarm: only AMQP reports that the broker blocks publishers. */
function publishersOf(
  options: RelayOptions,
  { metrics, log, name, topology }: { metrics: RelayMetrics; log: Logger; name: string; topology: Topology },
): Pick<TermOptions, 'createStream' | 'createExchange' | 'lastPublishingId'> {
  const alarm = createBrokerAlarm();
  const stream: StreamName = `gavel.${options.outbox}`;
  const { amqpUrl, streamUrl, stallMs } = options;
  const broker = { amqpUrl, streamUrl, log, alarm, topology, ...(stallMs !== undefined && { stallMs }) };
  const createStream = options.createStream ?? createStreamPublisher;
  return {
    createStream: metered(
      (events) => createStream({ ...broker, ...events, stream, publisherName: name }),
      (seconds) => metrics.sent('stream', seconds),
    ),
    createExchange: metered(
      (events) => createExchangePublisher({ ...broker, ...events, connectionName: name }),
      (seconds) => metrics.sent('exchange', seconds),
    ),
    lastPublishingId: () => lastPublishingId({ amqpUrl, streamUrl, stream, publisherName: name, topology }),
  };
}
