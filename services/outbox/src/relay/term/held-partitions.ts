import type { LeaderSession } from '../leader-session.ts';
import { HELD_LOCK, REFILL_LEASE } from '../lease.ts';

// A refill recreates one partition while relays publish to the others. The partition is held by the refill meanwhile.

// Nobody holds the lock of refills: the refill was killed. The partition lacks what it did not reach, and what was published to
// the exchange only since then, so the loss ends at the watermark of now.
const ABANDON = `
UPDATE outbox_lost SET held = false, last_position = greatest(last_position, relay.published_position)
FROM outbox_relay relay
WHERE held AND refilled_at IS NULL AND relay.epoch = $1
  AND NOT EXISTS (SELECT FROM pg_locks l WHERE ${HELD_LOCK('$2')})
RETURNING partition`;

/** The partitions that this term must leave to a refill, and those that a refill has left incomplete. */
export interface HeldPartitions {
  readonly held: ReadonlySet<string>;
  readonly abandoned: readonly string[];
}

/** Reads them at the start of a term. */
export async function readHeldPartitions(session: LeaderSession, epoch: number): Promise<HeldPartitions> {
  const abandoned = await session.query<{ partition: string }>({
    text: ABANDON,
    values: [epoch, REFILL_LEASE.lock],
  });
  const held = await session.query<{ partition: string }>({
    text: 'SELECT DISTINCT partition FROM outbox_lost WHERE held AND refilled_at IS NULL',
  });
  return {
    held: new Set(held.map(({ partition }) => partition)),
    abandoned: abandoned.map(({ partition }) => partition),
  };
}
