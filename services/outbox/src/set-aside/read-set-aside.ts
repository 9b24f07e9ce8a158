import type { Pool } from '@gavel/postgres/pool';

/** An event that was set aside and about which nobody has decided yet. */
export interface SetAsideEvent {
  /** The position that stayed unused. */
  readonly position: number;
  readonly eventId: string;
  readonly type: string;
  readonly subject: string;
  /** Why it cannot be published. */
  readonly problem: string;
  readonly at: Date;
}

/** The newest events that are set aside, newest first. Those that were dismissed are left out. */
export async function readSetAside(
  pool: Pool,
  { type, limit }: { readonly type?: string | undefined; readonly limit?: number },
): Promise<SetAsideEvent[]> {
  const { rows } = await pool.query<SetAsideEvent>(
    `SELECT position::float8 AS position, event_id AS "eventId", type, subject, problem, set_aside_at AS at
     FROM outbox_set_aside WHERE dismissed_at IS NULL AND ($1::text IS NULL OR type = $1)
     ORDER BY position DESC LIMIT $2`,
    [type ?? null, limit ?? null],
  );
  return rows;
}

/** What was decided about an event that was set aside. */
export interface SetAsideDecision {
  readonly decision: 'published-again' | 'dismissed';
  readonly at: Date;
  readonly by: string;
  readonly reason: string | null;
  readonly eventId: string;
  readonly type: string;
  /** Why it was set aside, and when. */
  readonly problem: string;
  readonly setAsideAt: Date;
}

/** The newest decisions about events that were set aside, newest first. */
export async function readDecisions(pool: Pool, limit: number): Promise<SetAsideDecision[]> {
  const { rows } = await pool.query<SetAsideDecision>(
    `SELECT 'dismissed' AS decision, dismissed_at AS at, dismissed_by AS by, dismissed_reason AS reason,
            event_id AS "eventId", type, problem, set_aside_at AS "setAsideAt"
     FROM outbox_set_aside WHERE dismissed_at IS NOT NULL
     UNION ALL
     SELECT 'published-again', published_again_at, published_again_by, reason, event_id, type, problem, set_aside_at
     FROM outbox_published_again
     ORDER BY at DESC LIMIT $1`,
    [limit],
  );
  return rows;
}
