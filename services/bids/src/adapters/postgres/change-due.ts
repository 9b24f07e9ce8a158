import { attribute } from '@gavel/observability/attributes';
import { withSpan } from '@gavel/observability/tracing';
import { append } from '@gavel/outbox/append';
import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import type { DecideLocked } from '../../application/auctions.ts';
import type { RejectionReason } from '../../domain/auction/decide.ts';
import { evolveAll, type Step } from '../../domain/auction/evolve.ts';
import { toNewEvents } from '../outbox/to-new-events.ts';
import { ITEM_COLUMNS, type ItemRow, toAuction } from './item-row.ts';

// SKIP LOCKED lets any number of closers share the work; an auction whose last bid is still being decided is skipped
// and met again by the next batch. The clock is read outside the CTE, so after the locks.
const LOCK_DUE = `
  WITH due AS MATERIALIZED (
    SELECT ${ITEM_COLUMNS} FROM items WHERE status = 'active' AND end_at <= statement_timestamp()
    ORDER BY end_at, id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
  SELECT due.*, clock_timestamp() AS now FROM due`;

const WRITE_ENDS = `
  UPDATE items SET status = ended.status, outcome = ended.outcome, version = ended.version,
    updated_at = ended.updated_at
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[])
    AS ended (id, status, outcome, version, updated_at)
  WHERE items.id = ended.id`;

const NEXT_END = `
  SELECT (extract(epoch FROM min(end_at) - clock_timestamp()) * 1000)::float8 AS next_end_in_ms
  FROM items WHERE status = 'active'`;

/** See `Auctions.changeDue`. One transaction for the batch, one statement for all its rows. */
export async function changeDue(
  pool: Pool,
  limit: number,
  decideLocked: DecideLocked<RejectionReason>,
): Promise<{ changed: number; nextEndInMs: number | undefined }> {
  const changed = await transaction(pool, (tx) => changeBatch(tx, limit, decideLocked));
  const { rows } = await pool.query<{ next_end_in_ms: number | null }>({ name: 'next-end', text: NEXT_END });
  return { changed, nextEndInMs: rows[0]?.next_end_in_ms ?? undefined };
}

async function changeBatch(
  tx: Transaction,
  limit: number,
  decideLocked: DecideLocked<RejectionReason>,
): Promise<number> {
  const { rows } = await tx.query<ItemRow & { now: Date }>({
    name: 'lock-due',
    text: LOCK_DUE,
    values: [limit],
  });
  const steps: Step[] = [];
  for (const row of rows) {
    const auction = toAuction(row);
    const decision = decideLocked(auction, row.now);
    if (decision.ok) steps.push(...evolveAll(auction, decision.events));
  }
  if (steps.length === 0) return 0;
  // The polls that find nothing leave no trace; a batch begins one, which its events carry on.
  const attributes = { [attribute.batchMessageCount]: steps.length };
  await withSpan('close auctions', { scope: 'gavel.bids', root: true, attributes }, () => write(tx, steps));
  return steps.length;
}

async function write(tx: Transaction, steps: readonly Step[]): Promise<void> {
  const ended = steps.map(({ after }) => after);
  await tx.query({
    name: 'write-ends',
    text: WRITE_ENDS,
    values: [
      ended.map((a) => a.id),
      ended.map((a) => a.status),
      ended.map((a) => a.outcome ?? null),
      ended.map((a) => a.version),
      ended.map((a) => a.updatedAt),
    ],
  });
  await append(tx, toNewEvents(steps));
}
