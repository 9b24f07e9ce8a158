import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import {
  type Decision,
  type RecordedDecision,
  readDecisions,
  recordDecision,
} from './adapters/postgres/dead-letter-decisions.ts';

// Redrives and edits are in redrive.ts.
export { type RecordedDecision, readDecisions };

/**
 * Gives up parked events of one database: they will not be applied. Their rows stay, with status `discarded` and the decision.
 * A replay leaves them out. Returns the ids of those that were parked until now.
 */
export async function discard(
  pool: Pool,
  deadLetterIds: readonly bigint[],
  decision: Decision,
): Promise<bigint[]> {
  return transaction(pool, async (tx) => {
    const { rows } = await tx.query<{ id: bigint }>(
      `UPDATE dead_letters SET status = 'discarded', settled_at = now()
       WHERE id = ANY ($1::bigint[]) AND status = 'parked' RETURNING id`,
      [deadLetterIds],
    );
    const discarded = rows.map(({ id }) => id);
    await recordDecision(tx, discarded, { ...decision, decision: 'discard' });
    return discarded;
  });
}
