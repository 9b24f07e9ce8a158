import { createLogger } from '@gavel/observability/logger';
import type { Pool } from '@gavel/postgres/pool';
import { partitionFor } from '@gavel/proto/partitioner';
import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import { createStreamPublisher } from '@gavel/rabbitmq/stream-publisher';
import { createTopology, recreatePartition, type StreamRetention } from '@gavel/rabbitmq/topology';
import type { LeaderSession } from '../relay/leader-session.ts';
import { toMessage } from '../relay/publish/to-message.ts';
import type { ClaimedRow } from '../relay/read/row-reader.ts';
import { createConfirmWindow } from './confirm-window.ts';
import { createGonePositions, type GonePositions, type PositionRange } from './gone-positions.ts';
import { beginLoss, readFirstPosition, readOldestId, readWatermark, settleLosses } from './losses.ts';
import { openRefillSession } from './outbox-hold.ts';
import { readAhead, readPublished } from './published-rows.ts';

export interface RefillOptions {
  outbox: 'auth' | 'bids';
  /** Pool of the outbox's database, as the owner of its tables. At most three connections are used. */
  pool: Pool;
  amqpUrl: string;
  streamUrl: string;
  /** A partition of the outbox's own stream, for example `gavel.bids-2`. */
  partition: string;
  /** What the recreated partition keeps: the same as in the settings of the relays. Default: a week and 5 GB. */
  streamRetention?: StreamRetention;
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
  /** How long the refill took. */
  readonly seconds: number;
  /** Losses of the partition that stay open, because the outbox no longer has all their positions. */
  readonly stillLost: readonly PositionRange[];
}

const UNCONFIRMED = 5_000;
// The rest is published while the outbox is held, in a fraction of a second.
const REST = 8_000;

/**
 * Recreates one partition of a stream from the rows that the outbox retains: deletes it, declares it, and publishes every
 * row up to the watermark, in the order of positions, with the position as publishing id. Then it resolves the partition's
 * losses: those whose positions the outbox still had, and the others only with `acceptLosses`.
 *
 * Relays may run. The refill takes the outbox from them for two moments: to recreate the partition, and to publish the last
 * events and give the partition back. In between relays publish all other partitions, and the events of this one to the
 * exchange only; the refill follows the watermark. The next relay sends the rows above the watermark, as after every takeover.
 *
 * The partition is declared lost before anything is deleted, so a refill that ends early (a signal, a kill) leaves a known
 * loss; run it again. The relay notices such an end, or that the refill is frozen, and publishes to the partition again.
 *
 * Each run uses a new publisher name. Under the relay's name, one late message of a relay that has not yet noticed that it
 * lost the outbox would make the broker drop everything below it. A recreated stream starts at offset 0 again, so a
 * consumer's checkpoint no longer points to the same message and has to be set to a new place.
 *
 * Rejects for a partition of another stream, while another refill of this outbox works, and when the database or the broker
 * stays unavailable.
 */
export async function refill(options: RefillOptions): Promise<Refilled> {
  const { pool, partition, signal } = options;
  const stream: StreamName = `gavel.${options.outbox}`;
  if (!partitionsOf(stream).includes(partition)) {
    throw new RangeError(`${partition} is not a partition of ${stream}`);
  }
  const began = performance.now();
  const own = await openRefillSession(pool, signal);
  let publishing: RefillPublishing | undefined;
  try {
    const { session } = own;
    const holder = `refill of ${partition}`;
    let term = await own.take(holder);
    signal?.throwIfAborted();
    await beginLoss(session, term.epoch, partition, term.publishedPosition);
    const topology = createTopology(options.streamRetention && { retention: options.streamRetention });
    await recreatePartition(options.amqpUrl, holder, partition, topology);
    publishing = startPublishing(options, session, stream, term.epoch);
    if (term.publishedPosition - (await readFirstPosition(session)) > REST) {
      await own.release();
      for (let last = term.publishedPosition; last - publishing.reached > REST; ) {
        await publishing.publishUpTo(last);
        last = await readWatermark(session);
      }
      term = await own.take(holder);
    }
    await publishing.publishUpTo(term.publishedPosition);
    await publishing.drained();
    const ranges = publishing.gone.ranges(await readOldestId(session));
    const stillLost = await settleLosses(session, term.epoch, partition, ranges, options.acceptLosses);
    const seconds = (performance.now() - began) / 1000;
    return { partition, ...publishing.published, seconds, stillLost };
  } finally {
    await own.close();
    await publishing?.close();
  }
}

/** Publishes the retained rows of one partition. */
interface RefillPublishing {
  /** The position up to which it has looked. */
  readonly reached: number;
  readonly published: Pick<Refilled, 'events' | 'firstPosition' | 'lastPosition'>;
  readonly gone: GonePositions;
  /** Sends the rows above `reached`. Resolves when few of them are unconfirmed. */
  publishUpTo(lastPosition: number): Promise<void>;
  /** Resolves when everything is confirmed. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

function startPublishing(
  options: RefillOptions,
  session: LeaderSession,
  stream: StreamName,
  epoch: number,
): RefillPublishing {
  const ended = Promise.race([session.lost, rejectOnAbort(options.signal)]);
  ended.catch(() => undefined);
  const window = createConfirmWindow(UNCONFIRMED);
  const publisher = createStreamPublisher({
    amqpUrl: options.amqpUrl,
    streamUrl: options.streamUrl,
    stream,
    publisherName: `refill-${options.outbox}-${epoch}`,
    log: createLogger('refill'),
    onConfirmed: () => window.confirmed(),
    onRefused: (position, error) =>
      window.failed(new Error(`position ${position} cannot be published`, { cause: error })),
    onFailure: () => undefined,
  });
  const gone = createGonePositions();
  const published = { events: 0, firstPosition: 0, lastPosition: 0 };
  const wants = (aggregateId: string): boolean => partitionFor(stream, aggregateId) === options.partition;
  let reached = 0;

  const send = async (rows: readonly ClaimedRow[]): Promise<void> => {
    const messages = rows.flatMap((row) => {
      const encoded = toMessage(row);
      return encoded.ok && encoded.message.partition === options.partition ? [encoded.message] : [];
    });
    publisher.publish(messages);
    published.events += messages.length;
    published.firstPosition ||= messages[0]?.position ?? 0;
    published.lastPosition = messages.at(-1)?.position ?? published.lastPosition;
    await Promise.race([window.sent(messages.length), ended]);
  };

  return {
    get reached() {
      return reached;
    },
    published,
    gone,
    async publishUpTo(lastPosition) {
      const range = { after: reached, upTo: lastPosition, wants };
      for await (const { rows, upTo } of readAhead(readPublished(session, range, gone))) {
        await send(rows);
        reached = upTo;
        options.onProgress?.(upTo, lastPosition);
        options.signal?.throwIfAborted();
      }
    },
    drained: () => Promise.race([window.drained(), ended]),
    close: () => publisher.close(),
  };
}

function rejectOnAbort(signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
