import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@gavel/observability/logger';
import type { LeaderSession } from '@gavel/outbox/relay/leader-session';
import { type ClaimedRow, rowColumns } from '@gavel/outbox/relay/outbox-row';
import { createStreamPublisher } from '@gavel/outbox/relay/publisher/stream-publisher';
import type { StreamName } from '@gavel/proto/topology';
import { publisherOf } from '../streams/partition-facts.ts';
import { toOutbound } from './to-outbound.ts';

export interface PublishAgainOptions {
  readonly stream: StreamName;
  readonly partitions: ReadonlySet<string>;
  readonly streamUrl: string;
  readonly amqpUrl: string;
  readonly onConfirmed: () => void;
  readonly signal: AbortSignal;
}

// A few claims at a time, each of at most a relay's batch: their index gives them in publish order.
const PAGE = `
SELECT (c.first_position + claimed.n - 1)::float8 AS position, c.last_position::float8 AS "lastPosition", ${rowColumns}
FROM (SELECT * FROM outbox_claims WHERE last_position > $1 ORDER BY last_position LIMIT 5) c
CROSS JOIN LATERAL unnest(c.ids) WITH ORDINALITY AS claimed (id, n)
JOIN outbox o ON o.id = claimed.id
WHERE NOT EXISTS (SELECT FROM outbox_set_aside s WHERE s.position = c.first_position + claimed.n - 1)
ORDER BY 1`;
const NEXT = 'SELECT min(last_position)::float8 AS next FROM outbox_claims WHERE last_position > $1';
const MOST_UNCONFIRMED = 5_000;
const SILENCE_MS = 30_000;

/**
 * Sends everything that a relay has ever positioned and the outbox still has, for some partitions, under the relay's own
 * publisher name and with the same positions: what the broker has already it drops, and the relay goes on above.
 * Returns how many were sent; all of them are confirmed then.
 */
export async function publishAgain(session: LeaderSession, options: PublishAgainOptions): Promise<number> {
  const { stream, partitions, signal } = options;
  let lastConfirm = Date.now();
  const refused: string[] = [];
  const publisher = createStreamPublisher({
    stream,
    streamUrl: options.streamUrl,
    amqpUrl: options.amqpUrl,
    publisherName: publisherOf(stream),
    log: createLogger('refill'),
    onConfirmed: () => {
      lastConfirm = Date.now();
      options.onConfirmed();
    },
    onRefused: (position, error) => refused.push(`position ${position}: ${error.message}`),
    onFailure: () => undefined,
  });
  const confirmedDownTo = async (limit: number): Promise<void> => {
    while (publisher.status.unconfirmed > limit && !signal.aborted) {
      if (Date.now() - lastConfirm > SILENCE_MS) {
        throw new Error(
          `no confirm within ${SILENCE_MS} ms: ${publisher.status.problem ?? 'the broker is silent'}`,
        );
      }
      await Promise.race([sleep(20), session.lost]);
    }
  };
  let sent = 0;
  try {
    for (let at = 0; !signal.aborted; ) {
      const rows = await session.query<ClaimedRow & { lastPosition: number }>({ text: PAGE, values: [at] });
      const end = rows.at(-1)?.lastPosition ?? (await nextClaim(session, at));
      if (end === undefined) break;
      at = end;
      const messages = rows
        .map(toOutbound)
        .filter((message) => message !== undefined)
        .filter(({ partition }) => partitions.has(partition));
      lastConfirm = publisher.status.unconfirmed === 0 ? Date.now() : lastConfirm;
      publisher.publish(messages);
      sent += messages.length;
      await confirmedDownTo(MOST_UNCONFIRMED);
    }
    await confirmedDownTo(0);
    if (refused.length > 0) throw new Error(`the broker took not all: ${refused.slice(0, 3).join('; ')}`);
    return sent;
  } finally {
    await publisher.close();
  }
}

/** Of a page all of whose rows are gone or set aside: how far to step. */
async function nextClaim(session: LeaderSession, after: number): Promise<number | undefined> {
  const [row] = await session.query<{ next: number | null }>({ text: NEXT, values: [after] });
  return row?.next ?? undefined;
}
