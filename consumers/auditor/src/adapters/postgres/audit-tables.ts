import type { Transaction } from '@gavel/postgres/transaction';
import type { Finding } from '../../domain/audit-events.ts';
import type { AuditedAuction } from '../../domain/audited-auction.ts';

const columns = {
  item_id: 'itemId',
  sequence: 'sequence',
  revision: 'revision',
  last_event_id: 'lastEventId',
  last_at: 'lastAt',
  status: 'status',
  outcome: 'outcome',
  seller_id: 'sellerId',
  currency: 'currency',
  price: 'price',
  leader_id: 'leaderId',
  bid_count: 'bidCount',
  minimum_next_bid: 'minimumNextBid',
  reserve_met: 'reserveMet',
  starts_at: 'startsAt',
  end_at: 'endAt',
  hard_end_at: 'hardEndAt',
  soft_close_seconds: 'softCloseSeconds',
  buyer_id: 'buyerId',
  bought_for: 'boughtFor',
  answer_due: 'answerDue',
  price_moved_at: 'priceMovedAt',
} as const satisfies Record<string, keyof AuditedAuction>;

const names = Object.keys(columns) as (keyof typeof columns)[];

/** The columns of an auction for a SELECT, named as in the domain. */
export const auctionColumns = names.map((name) => `${name} AS "${columns[name]}"`).join(', ');

/** A row of `auctionColumns` as an auction: NULL is undefined there. */
export function toAuction(row: Record<string, unknown>): AuditedAuction {
  const known = Object.entries(row).map(([name, value]) => [name, value ?? undefined]);
  return Object.fromEntries(known) as AuditedAuction;
}

/** The stored auctions among these, by id. They stay locked until the transaction ends. */
export async function loadAuctions(
  tx: Transaction,
  itemIds: readonly string[],
): Promise<ReadonlyMap<string, AuditedAuction>> {
  const { rows } = await tx.query<Record<string, unknown>>({
    name: 'load-audited-auctions',
    text: `SELECT ${auctionColumns} FROM audited_auctions WHERE item_id = ANY($1::uuid[]) ORDER BY item_id FOR UPDATE`,
    values: [itemIds],
  });
  return new Map(rows.map(toAuction).map((auction) => [auction.itemId, auction]));
}

/** Stores auctions, new ones and changed ones. */
export async function saveAuctions(tx: Transaction, auctions: readonly AuditedAuction[]): Promise<void> {
  if (auctions.length === 0) return;
  const list = names.join(', ');
  const updates = names.filter((name) => name !== 'item_id').map((name) => `${name} = excluded.${name}`);
  await tx.query({
    name: 'save-audited-auctions',
    text: `INSERT INTO audited_auctions (${list}, changed_at)
           SELECT ${list}, clock_timestamp() FROM jsonb_populate_recordset(NULL::audited_auctions, $1::jsonb)
           ON CONFLICT (item_id) DO UPDATE SET ${updates.join(', ')}, changed_at = excluded.changed_at`,
    values: [JSON.stringify(auctions.map(toRow).toSorted(byItem), bigintsAsText)],
  });
}

/** Stores findings. A finding that is stored already stays as it is. */
export async function saveFindings(tx: Transaction, findings: readonly Finding[]): Promise<void> {
  if (findings.length === 0) return;
  await tx.query({
    name: 'save-audit-findings',
    text: `INSERT INTO audit_findings (item_id, sequence, rule, event_id, detail)
           SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[])
           ON CONFLICT DO NOTHING`,
    values: [
      findings.map(({ event }) => event.itemId),
      findings.map(({ event }) => event.sequence),
      findings.map(({ rule }) => rule),
      findings.map(({ event }) => event.id),
      findings.map(({ detail }) => detail),
    ],
  });
}

function toRow(auction: AuditedAuction): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, auction[columns[name]] ?? null]));
}

// Rows are locked in one order by all members.
function byItem(a: Record<string, unknown>, b: Record<string, unknown>): number {
  return String(a.item_id) < String(b.item_id) ? -1 : 1;
}

function bigintsAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
