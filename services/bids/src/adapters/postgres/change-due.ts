import { attribute, metric } from '@gavel/observability/attributes';
import { withSpan } from '@gavel/observability/tracing';
import { append } from '@gavel/outbox/append';
import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import { metrics } from '@opentelemetry/api';
import type { Auctions, DecideLocked, DueChanges } from '../../application/ports.ts';
import type { RejectionReason } from '../../domain/auction/commands.ts';
import type { Step } from '../../domain/auction/evolve.ts';
import { toNewEvents } from '../outbox/to-new-events.ts';
import { ITEM_COLUMNS, type ItemRow, toAuction } from './item-row.ts';
import { writeAuctions } from './write-auctions.ts';

interface Due {
  span: string;
  lock: { name: string; text: string };
  next: { name: string; text: string };
}

// SKIP LOCKED lets any number of instances share the work. An auction whose last bid is still being decided is skipped, and the
// next batch finds it again. The clock is read outside of the CTE, so after the locks were acquired.
function lockDue(which: string, order: string): string {
  return `WITH due AS MATERIALIZED (
    SELECT ${ITEM_COLUMNS} FROM items WHERE ${which} ORDER BY ${order} LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
  SELECT due.*, clock_timestamp() AS now FROM due`;
}

function nextDue(moment: string, which: string): string {
  return `SELECT (extract(epoch FROM min(${moment}) - clock_timestamp()) * 1000)::float8 AS next_in_ms
    FROM items WHERE ${which}`;
}

const ends: Due = {
  span: 'close auctions',
  lock: {
    name: 'lock-ended',
    text: lockDue(`status = 'active' AND end_at <= statement_timestamp()`, 'end_at, id'),
  },
  next: { name: 'next-end', text: nextDue('end_at', `status = 'active'`) },
};

// Nothing is announced after the end: then the auction is closed.
const announcements: Due = {
  span: 'announce auctions',
  lock: {
    name: 'lock-to-announce',
    text: lockDue(
      `next_announcement_at <= statement_timestamp() AND end_at > statement_timestamp()`,
      'next_announcement_at, id',
    ),
  },
  next: {
    name: 'next-announcement',
    text: nextDue(
      'next_announcement_at',
      `next_announcement_at IS NOT NULL AND end_at > statement_timestamp()`,
    ),
  },
};

type Decide = DecideLocked<RejectionReason>;

/**
 * Makes `Auctions.closeDue`. One transaction per batch, one statement for all of its rows. How late each auction closed is recorded
 * once its close is committed, by the database's clock alone.
 */
export function closingDue(pool: Pool): Auctions['closeDue'] {
  const lateness = metrics
    .getMeter('gavel.bids')
    .createHistogram(metric.auctionCloseLateness.name, metric.auctionCloseLateness);
  const recordLateness = (steps: readonly Step[]): void => {
    for (const { event, after } of steps)
      if (event.type === 'AuctionClosed')
        lateness.record((event.at.getTime() - after.endAt.getTime()) / 1000);
  };
  return (limit, decideLocked) => changeDue(pool, ends, limit, decideLocked, recordLateness);
}

/** See `Auctions.announceDue`. */
export function announceDue(pool: Pool, limit: number, decideLocked: Decide): Promise<DueChanges> {
  return changeDue(pool, announcements, limit, decideLocked);
}

async function changeDue(
  pool: Pool,
  due: Due,
  limit: number,
  decideLocked: Decide,
  onCommitted?: (steps: readonly Step[]) => void,
): Promise<DueChanges> {
  const { changed, steps } = await transaction(pool, (tx) => changeBatch(tx, due, limit, decideLocked));
  onCommitted?.(steps);
  if (changed === limit) return { changed, nextInMs: 0 };
  const { rows } = await pool.query<{ next_in_ms: number | null }>(due.next);
  return { changed, nextInMs: rows[0]?.next_in_ms ?? undefined };
}

interface ChangedBatch {
  /** How many auctions changed. */
  readonly changed: number;
  readonly steps: readonly Step[];
}

async function changeBatch(
  tx: Transaction,
  due: Due,
  limit: number,
  decideLocked: Decide,
): Promise<ChangedBatch> {
  const { rows } = await tx.query<ItemRow & { now: Date }>({ ...due.lock, values: [limit] });
  const steps: Step[] = [];
  let changed = 0;
  for (const row of rows) {
    const decided = decideLocked(toAuction(row), row.now);
    if (!decided.ok || decided.steps.length === 0) continue;
    steps.push(...decided.steps);
    changed++;
  }
  if (changed === 0) return { changed, steps };
  // Polls that find nothing are not traced. A batch starts a trace, which its events continue.
  const attributes = { [attribute.batchMessageCount]: steps.length };
  await withSpan(due.span, { scope: 'gavel.bids', root: true, attributes }, async () => {
    await writeAuctions(tx, steps);
    await append(tx, toNewEvents(steps));
  });
  return { changed, steps };
}
