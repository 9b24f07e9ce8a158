import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';

/** Who dismisses events, and why. Both must not be empty. */
export interface DismissDecision {
  readonly by: string;
  readonly reason: string;
}

/** What became of one event: `dismissed` now, `already-dismissed` before, or `not-set-aside`: no event with this id is set aside. */
export interface DismissResult {
  readonly eventId: string;
  readonly outcome: 'dismissed' | 'already-dismissed' | 'not-set-aside';
}

const DISMISS = `
UPDATE outbox_set_aside SET dismissed_at = clock_timestamp(), dismissed_by = $2, dismissed_reason = $3
WHERE event_id = ANY ($1::uuid[]) AND dismissed_at IS NULL RETURNING event_id AS "eventId"`;

/**
 * Gives up events that were set aside: nobody is reminded of them any more, and they are never published. Each row stays, with its
 * event and with who dismissed it, when and why. Consumers keep the gap in the `sequence` of the aggregate.
 *
 * @param eventIds UUIDs
 * @returns one result per id, in the order of the ids
 */
export async function dismiss(
  pool: Pool,
  eventIds: readonly string[],
  { by, reason }: DismissDecision,
): Promise<DismissResult[]> {
  const ids = [...new Set(eventIds)];
  return await transaction(pool, async (tx) => {
    const { rows: changed } = await tx.query<{ eventId: string }>(DISMISS, [ids, by, reason]);
    const { rows: found } = await tx.query<{ eventId: string }>(
      'SELECT event_id AS "eventId" FROM outbox_set_aside WHERE event_id = ANY ($1::uuid[])',
      [ids],
    );
    const has = (rows: readonly { eventId: string }[], id: string): boolean =>
      rows.some(({ eventId }) => eventId === id.toLowerCase());
    return ids.map((eventId) => {
      if (has(changed, eventId)) return { eventId, outcome: 'dismissed' };
      return { eventId, outcome: has(found, eventId) ? 'already-dismissed' : 'not-set-aside' };
    });
  });
}
