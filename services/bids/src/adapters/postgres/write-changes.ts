import type { Transaction } from '@gavel/postgres/transaction';
import { nextAnnouncementAt } from '../../domain/auction/announcements.ts';
import type { Auction } from '../../domain/auction/auction.ts';

const WRITE = `
  UPDATE items SET status = changed.status, outcome = changed.outcome, winner_id = changed.winner_id,
    winning_amount = changed.winning_amount, closed_at = changed.closed_at, relisted_as = changed.relisted_as,
    start_announced = changed.start_announced, ending_soon_announced = changed.ending_soon_announced,
    next_announcement_at = changed.next_announcement_at, version = changed.version, updated_at = changed.updated_at
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::bigint[], $6::timestamptz[], $7::uuid[], $8::boolean[],
      $9::boolean[], $10::timestamptz[], $11::bigint[], $12::timestamptz[])
    AS changed (id, status, outcome, winner_id, winning_amount, closed_at, relisted_as, start_announced,
      ending_soon_announced, next_announcement_at, version, updated_at)
  WHERE items.id = changed.id`;

/** Writes what became of locked auctions other than by bids and edits: one statement for all of them. */
export async function writeChanges(tx: Transaction, changed: readonly Auction[]): Promise<void> {
  await tx.query({
    name: 'write-changes',
    text: WRITE,
    values: [
      changed.map((a) => a.id),
      changed.map((a) => a.status),
      changed.map((a) => a.outcome),
      changed.map((a) => a.winner?.userId),
      changed.map((a) => a.winner?.amount),
      changed.map((a) => a.closedAt),
      changed.map((a) => a.relistedAs),
      changed.map((a) => a.startAnnounced),
      changed.map((a) => a.endingSoonAnnounced),
      changed.map((a) => nextAnnouncementAt(a)),
      changed.map((a) => a.version),
      changed.map((a) => a.updatedAt),
    ],
  });
}
