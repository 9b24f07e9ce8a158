import type { Pool } from '@gavel/postgres/pool';
import type { Transaction } from '@gavel/postgres/transaction';

/** Who decides about dead letters, and why. When is the database's clock. */
export interface Decision {
  readonly by: string;
  readonly reason: string | null;
}

/** A decision as it was recorded. */
export interface RecordedDecision extends Decision {
  readonly decision: 'redrive' | 'edit-and-redrive' | 'discard';
  readonly at: Date;
  /** False if the dead letter stayed parked. */
  readonly settled: boolean;
  /** Why it stayed parked. */
  readonly problem: string | null;
  /** The body before an edit; null for other decisions. */
  readonly originalBody: Buffer | null;
}

/** A decision that is to be recorded. */
export interface NewDecision extends Decision {
  readonly decision: RecordedDecision['decision'];
  readonly problem?: string | undefined;
  readonly originalBody?: Uint8Array | undefined;
}

/** Records a decision about dead letters in the transaction that carries it out. They are settled by it unless it has a problem. */
export async function recordDecision(
  tx: Transaction,
  deadLetterIds: readonly bigint[],
  { decision, by, reason, problem, originalBody }: NewDecision,
): Promise<void> {
  await tx.query(
    `INSERT INTO dead_letter_decisions
       (dead_letter_id, consumer, event_id, decision, settled, problem, decided_by, reason, original_body)
     SELECT id, consumer, event_id, $2, $3::text IS NULL, $3, $4, $5, $6 FROM dead_letters
     WHERE id = ANY ($1::bigint[]) ORDER BY id`,
    [
      deadLetterIds,
      decision,
      problem?.replaceAll('\u0000', '\ufffd') ?? null,
      by,
      reason,
      originalBody === undefined ? null : Buffer.from(originalBody),
    ],
  );
}

/** Everything that was decided about a dead letter, oldest first. */
export async function readDecisions(pool: Pool, deadLetterId: bigint): Promise<RecordedDecision[]> {
  const { rows } = await pool.query<RecordedDecision>(
    `SELECT decision, settled, problem, decided_by AS by, decided_at AS at, reason, original_body AS "originalBody"
     FROM dead_letter_decisions WHERE dead_letter_id = $1 ORDER BY id`,
    [deadLetterId],
  );
  return rows;
}
