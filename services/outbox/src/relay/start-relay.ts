import { hostname } from 'node:os';
import { createLogger } from '@gavel/observability/logger';
import { listen } from '@gavel/postgres/listen';
import { createPool } from '@gavel/postgres/pool';
import type { StreamName } from '@gavel/proto/topology';
import { pause } from '@gavel/service-runtime/pause';
import { WAKE_CHANNEL } from '../wake.ts';
import { type Backlog, createBacklogReader } from './backlog.ts';
import { createGapReader } from './gap-reader.ts';
import { type LeaderSession, openCandidate } from './leader-session.ts';
import { keepPartitions } from './partitions/keep-partitions.ts';
import { publishTypesKnownByNow } from './publish-again.ts';
import { createBrokerAlarm } from './publisher/broker-alarm.ts';
import type { EventPublisher } from './publisher/event-publisher.ts';
import { createExchangePublisher } from './publisher/exchange-publisher.ts';
import { lastPublishingId } from './publisher/last-publishing-id.ts';
import { metered } from './publisher/metered-publisher.ts';
import { createStreamPublisher, type StreamPublisherOptions } from './publisher/stream-publisher.ts';
import { createRelayMetrics } from './relay-metrics.ts';
import type { CreateReader } from './row-reader.ts';
import { runTerm } from './run-term.ts';
import { createSignal } from './signal.ts';

export interface RelayOptions {
  outbox: 'auth' | 'bids';
  databaseUrl: string;
  amqpUrl: string;
  streamUrl: string;
  /** Published rows are kept this long; as long as the stream keeps them, so that it can be filled again. */
  retentionSeconds: number;
  /** Ids per partition of the table. */
  partitionRows?: number;
  /** The safety poll. */
  pollMs?: number;
  batchSize?: number;
  windowSize?: number;
  /** A publisher's session that hears no confirm for this long is given up. */
  stallMs?: number;
  /** Partitions are looked at this often. */
  lookMs?: number;
  /** Stands in for the gap reader, in a proof that a wrong one is caught. */
  createReader?: CreateReader;
  /** Stands in for the stream's publisher, in a proof that a wrong one is caught. */
  createStream?: (options: StreamPublisherOptions) => EventPublisher;
}

export interface RelayStatus {
  readonly role: 'active' | 'standby';
  /** Why the outbox is neither held nor stood by for; the database's error, most likely. */
  readonly problem: string | undefined;
  readonly stream: EventPublisher['status'] | undefined;
  readonly exchange: EventPublisher['status'] | undefined;
}

export interface Relay {
  status(): RelayStatus;
  backlog(): Promise<Backlog>;
  /** Lets what is in flight be confirmed (at most 3 seconds), then gives the outbox to whoever stands by. */
  stop(): Promise<void>;
}

const POLL_MS = 1_000;
// Standbys ask this often, so a takeover takes well under 2 seconds. Waiting inside pg_advisory_lock would take over a
// little sooner and hold a snapshot open the whole time, which keeps vacuum from all tables of the server.
const STANDBY_MS = 300;
const LONGEST_DELAY_MS = 3_000;
const BACKLOG_MS = 5_000;
// About 600 bytes each. Larger claims gain nothing: a claim is one commit either way, and its rows wait for it.
const BATCH_SIZE = 1_000;
const WINDOW_SIZE = 8_000;

/** Starts a relay: it takes the outbox as soon as nobody else holds it, and keeps at it over every kind of failure. */
export function startRelay(options: RelayOptions): Relay {
  const name = `relay-${options.outbox}`;
  const stream: StreamName = `gavel.${options.outbox}`;
  const log = createLogger(name);
  const pool = createPool({ connectionString: options.databaseUrl, applicationName: name, max: 4 });
  const wake = createSignal();
  const stopping = new AbortController();
  let publishers: { stream: EventPublisher; exchange: EventPublisher } | undefined;
  let active = false;
  /** From its first term until another relay holds the outbox: while the broker is away nobody has a term for long. */
  let speaks = false;
  let problem: string | undefined = 'starting';
  let backlog: Backlog | undefined;

  const metrics = createRelayMetrics(options.outbox, () => ({ active, speaks, backlog }));
  const listener = listen({
    connectionString: options.databaseUrl,
    channel: WAKE_CHANNEL,
    onNotify: () => wake.notify(),
    onConnect: () => wake.notify(),
  });
  const partitions = keepPartitions(pool, {
    rows: options.partitionRows,
    lookMs: options.lookMs,
    retentionSeconds: options.retentionSeconds,
    isActive: () => active,
    log,
  });
  const readBacklog = createBacklogReader(pool);
  const observer = setInterval(() => {
    readBacklog().then(
      (read) => {
        backlog = read;
      },
      (error: unknown) => {
        backlog = undefined;
        log.debug({ err: error }, 'backlog not read');
      },
    );
  }, BACKLOG_MS);

  const createStream = options.createStream ?? createStreamPublisher;
  const broker = {
    amqpUrl: options.amqpUrl,
    streamUrl: options.streamUrl,
    ...(options.stallMs !== undefined && { stallMs: options.stallMs }),
  };
  const hold = async (session: LeaderSession): Promise<void> => {
    active = true;
    speaks = true;
    problem = undefined;
    metrics.tookOver();
    partitions.look();
    const alarm = createBrokerAlarm();
    try {
      const again = await publishTypesKnownByNow(pool);
      if (again.length > 0) log.info({ events: again.length }, 'publishing what an older relay did not know');
      await runTerm(session, {
        holder: `${hostname()}:${process.pid}`,
        createReader: options.createReader ?? createGapReader,
        createStream: metered(
          (events) => createStream({ ...broker, ...events, stream, publisherName: name, alarm, log }),
          (seconds) => metrics.sent('stream', seconds),
        ),
        createExchange: metered(
          (events) => createExchangePublisher({ ...broker, ...events, connectionName: name, alarm, log }),
          (seconds) => metrics.sent('exchange', seconds),
        ),
        lastPublishingId: () => lastPublishingId({ ...broker, stream, publisherName: name }),
        wake,
        metrics,
        log,
        batchSize: options.batchSize ?? BATCH_SIZE,
        windowSize: options.windowSize ?? WINDOW_SIZE,
        pollMs: options.pollMs ?? POLL_MS,
        onPublishers: (opened) => {
          publishers = opened;
        },
        stop: stopping.signal,
      });
    } finally {
      active = false;
      publishers = undefined;
      session.close();
    }
  };

  const run = async (): Promise<void> => {
    let delay = STANDBY_MS;
    while (!stopping.signal.aborted) {
      const before = Date.now();
      try {
        const session = await openCandidate(pool);
        try {
          problem = undefined;
          while (!stopping.signal.aborted && !(await session.tryLock())) {
            speaks = false;
            await pause(STANDBY_MS, stopping.signal);
          }
          if (!stopping.signal.aborted) await hold(session);
        } finally {
          session.close();
        }
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
        metrics.failed('term');
        // What worked for a while deserves a quick try; what fails at once, a slow one.
        delay = Date.now() - before > LONGEST_DELAY_MS ? STANDBY_MS : Math.min(delay * 2, LONGEST_DELAY_MS);
        log.warn({ err: error, delay }, 'outbox lost, trying to take it again');
        await pause(delay, stopping.signal);
      }
    }
  };
  const running = run();

  return {
    status: () => ({
      role: active ? 'active' : 'standby',
      problem,
      stream: publishers?.stream.status,
      exchange: publishers?.exchange.status,
    }),
    backlog: readBacklog,
    async stop() {
      stopping.abort();
      wake.notify();
      clearInterval(observer);
      await running;
      await partitions.stop();
      await listener.close();
      await pool.end();
    },
  };
}
