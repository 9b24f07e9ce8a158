import { createLogger } from '@gavel/observability/logger';
import type { Pool } from '@gavel/postgres/pool';
import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import { createStreamPublisher } from '@gavel/rabbitmq/stream-publisher';
import { recreatePartition } from '@gavel/rabbitmq/topology';
import type { Running } from '@gavel/resilience';
import { type LeaderSession, openCandidate } from '../relay/leader-session.ts';
import { RELAY_LEASE, startRenewing } from '../relay/lease.ts';
import { toMessage } from '../relay/publish/to-message.ts';
import { beginTerm } from '../relay/term/term-records.ts';
import { createConfirmWindow } from './confirm-window.ts';
import { createGonePositions, type GonePositions, type PositionRange } from './gone-positions.ts';
import { beginLoss, readOldestId, settleLosses } from './losses.ts';
import { readPublished } from './published-rows.ts';

export interface RefillOptions {
  outbox: 'auth' | 'bids';
  /** Pool of the outbox's database, as the owner of its tables. At most three connections are used. */
  pool: Pool;
  amqpUrl: string;
  streamUrl: string;
  /** A partition of the outbox's own stream, for example `gavel.bids-2`. */
  partition: string;
  /** Called with the position that was reached and the last one. */
  onProgress?: (position: number, lastPosition: number) => void;
  /** Name of the person who accepts that events which the outbox no longer has stay lost. Without it such losses stay open. */
  acceptLosses?: string;
  /** Ends the refill at any point: it rejects with the signal's reason, and the partition counts as lost until the next refill. */
  signal?: AbortSignal;
}

export interface Refilled {
  readonly partition: string;
  /** Number of events that the partition holds now. */
  readonly events: number;
  /** 0 when there are no events. */
  readonly firstPosition: number;
  readonly lastPosition: number;
  /** Losses of the partition that stay open, because the outbox no longer has all their positions. */
  readonly stillLost: readonly PositionRange[];
}

const UNCONFIRMED = 5_000;

/**
 * Recreates one partition of a stream from the rows that the outbox retains: deletes it, declares it, and publishes every
 * row up to the watermark, in the order of positions, with the position as publishing id. Then it resolves the partition's
 * losses: those whose positions the outbox still had, and the others only with `acceptLosses`.
 *
 * Relays may run. The refill takes the outbox from them under a new epoch and gives it back at the end; nothing of this
 * outbox is published meanwhile. The next relay sends the rows above the watermark, as after every takeover. The partition
 * is declared lost before anything is deleted, so a refill that ends early (a signal, a kill) leaves a known loss; run it
 * again.
 *
 * Each run uses a new publisher name. Under the relay's name, one late message of a relay that has not yet noticed that it
 * lost the outbox would make the broker drop everything below it. A recreated stream starts at offset 0 again, so a
 * consumer's checkpoint no longer points to the same message and has to be set to a new place.
 *
 * Rejects for a partition of another stream, and when the database or the broker stays unavailable.
 */
export async function refill(options: RefillOptions): Promise<Refilled> {
  const { pool, partition } = options;
  const stream: StreamName = `gavel.${options.outbox}`;
  if (!partitionsOf(stream).includes(partition)) {
    throw new RangeError(`${partition} is not a partition of ${stream}`);
  }
  const session = await openCandidate(pool);
  let renewing: Running | undefined;
  try {
    await session.takeLock();
    renewing = startRenewing(pool, RELAY_LEASE, session.backend);
    options.signal?.throwIfAborted();
    const { epoch, publishedPosition } = await beginTerm(session, `refill of ${partition}`);
    await beginLoss(session, epoch, partition, publishedPosition);
    await recreatePartition(options.amqpUrl, `refill of ${partition}`, partition);
    const gone = createGonePositions();
    const published = await publishRetained(options, session, { epoch, publishedPosition, stream, gone });
    const ranges = gone.ranges(await readOldestId(session));
    const stillLost = await settleLosses(session, epoch, partition, ranges, options.acceptLosses);
    return { partition, ...published, stillLost };
  } finally {
    session.close();
    await renewing?.stop();
  }
}

/** Publishes the retained rows of one partition. Resolves when all are confirmed. */
async function publishRetained(
  options: RefillOptions,
  session: LeaderSession,
  term: { epoch: number; publishedPosition: number; stream: StreamName; gone: GonePositions },
): Promise<Pick<Refilled, 'events' | 'firstPosition' | 'lastPosition'>> {
  const aborted = rejectOnAbort(options.signal);
  const window = createConfirmWindow(UNCONFIRMED);
  const publisher = createStreamPublisher({
    amqpUrl: options.amqpUrl,
    streamUrl: options.streamUrl,
    stream: term.stream,
    publisherName: `refill-${options.outbox}-${term.epoch}`,
    log: createLogger('refill'),
    onConfirmed: () => window.confirmed(),
    onRefused: (position, error) =>
      window.failed(new Error(`position ${position} cannot be published`, { cause: error })),
    onFailure: () => undefined,
  });
  const published = { events: 0, firstPosition: 0, lastPosition: 0 };
  try {
    for await (const { rows, upTo } of readPublished(session, term.publishedPosition, term.gone)) {
      const messages = rows.flatMap((row) => {
        const encoded = toMessage(row);
        return encoded.ok && encoded.message.partition === options.partition ? [encoded.message] : [];
      });
      publisher.publish(messages);
      published.events += messages.length;
      published.firstPosition ||= messages[0]?.position ?? 0;
      published.lastPosition = messages.at(-1)?.position ?? published.lastPosition;
      await Promise.race([window.sent(messages.length), session.lost, aborted]);
      options.onProgress?.(upTo, term.publishedPosition);
      options.signal?.throwIfAborted();
    }
    await Promise.race([window.drained(), session.lost, aborted]);
    return published;
  } finally {
    await publisher.close();
  }
}

function rejectOnAbort(signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
