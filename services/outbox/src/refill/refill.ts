import { createLogger } from '@gavel/observability/logger';
import type { Pool } from '@gavel/postgres/pool';
import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import { createStreamPublisher } from '@gavel/rabbitmq/stream-publisher';
import { recreatePartition } from '@gavel/rabbitmq/topology';
import { openCandidate } from '../relay/leader-session.ts';
import { toMessage } from '../relay/publish/to-message.ts';
import { beginTerm } from '../relay/term/epoch.ts';
import { createConfirmWindow } from './confirm-window.ts';
import { createGonePositions, type PositionRange } from './gone-positions.ts';
import { beginLoss, readOldestId, settleLosses } from './losses.ts';
import { readPublished } from './published-rows.ts';

export interface RefillOptions {
  outbox: 'auth' | 'bids';
  /** Of the outbox's database, by the owner of its tables; three connections at most. */
  pool: Pool;
  amqpUrl: string;
  streamUrl: string;
  /** For example `gavel.bids-2`, one of the outbox's own stream. */
  partition: string;
  /** Positions looked at so far, and the last one. */
  onProgress?: (position: number, lastPosition: number) => void;
  /** Who takes it that events which the outbox does not have any more stay lost; without it their losses stay open. */
  acceptLosses?: string;
  /** Ends it, half-way too: rejects with the signal's reason, and the partition counts as lost until it is run again. */
  signal?: AbortSignal;
}

export interface Refilled {
  readonly partition: string;
  /** Events that the partition holds now. */
  readonly events: number;
  /** 0 when there were none. */
  readonly firstPosition: number;
  readonly lastPosition: number;
  /** Losses of the partition that stay open, because the outbox does not have all their positions any more. */
  readonly stillLost: readonly PositionRange[];
}

const UNCONFIRMED = 5_000;

/**
 * Makes one partition of a stream anew from what the outbox retains: deletes it, declares it, publishes every row that
 * counts as published, in position order and with its position as publishing id. Then its losses are settled, each if the
 * outbox had all its positions or `acceptLosses` says by whom the rest is given up.
 *
 * Relays may run: the outbox is taken from them under a new epoch and given back at the end; meanwhile nothing of this
 * outbox is published. What lies above the watermark is left to the relay that takes over, which sends it anyway. Before
 * anything is deleted the partition is declared lost, so whatever ends it half-way (a signal, a kill) leaves a partition
 * that lacks events and is known to; run it again.
 *
 * The publisher has a name of its own for each run: under the relay's name, one late message of a relay that does not know
 * yet that it lost the outbox would make the broker drop everything below it. Offsets begin at 0 again, so a consumer
 * finds its checkpoint in another stream than the one it was made in, and has to be set to a new place.
 *
 * Rejects for a partition that is not of this outbox's stream, and when database or broker are away for long.
 */
export async function refill(options: RefillOptions): Promise<Refilled> {
  const { pool, partition } = options;
  const stream: StreamName = `gavel.${options.outbox}`;
  if (!partitionsOf(stream).includes(partition)) {
    throw new RangeError(`${partition} is not a partition of ${stream}`);
  }
  const session = await openCandidate(pool);
  try {
    await session.takeLock();
    options.signal?.throwIfAborted();
    const { epoch, publishedPosition } = await beginTerm(session, `refill of ${partition}`);
    await beginLoss(session, epoch, partition, publishedPosition);
    await recreatePartition(options.amqpUrl, `refill of ${partition}`, partition);
    const gone = createGonePositions();
    const aborted = rejectOnAbort(options.signal);
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
    let events = 0;
    let firstPosition = 0;
    let lastPosition = 0;
    try {
      for await (const { rows, upTo } of readPublished(session, publishedPosition, gone)) {
        const messages = rows.flatMap((row) => {
          const encoded = toMessage(row);
          return encoded.ok && encoded.message.partition === partition ? [encoded.message] : [];
        });
        publisher.publish(messages);
        events += messages.length;
        firstPosition ||= messages[0]?.position ?? 0;
        lastPosition = messages.at(-1)?.position ?? lastPosition;
        await Promise.race([window.sent(messages.length), session.lost, aborted]);
        options.onProgress?.(upTo, publishedPosition);
        options.signal?.throwIfAborted();
      }
      await Promise.race([window.drained(), session.lost, aborted]);
    } finally {
      await publisher.close();
    }
    const ranges = gone.ranges(await readOldestId(session));
    const stillLost = await settleLosses(session, epoch, partition, ranges, options.acceptLosses);
    return { partition, events, firstPosition, lastPosition, stillLost };
  } finally {
    session.close();
  }
}

function rejectOnAbort(signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
