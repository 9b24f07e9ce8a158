import type { Transaction } from '@gavel/postgres/transaction';
import { type Auction, nextAnnouncementAt } from '../../domain/auction/auction.ts';
import type { Step } from '../../domain/auction/evolve.ts';

const INSERT = `INSERT INTO items (id, seller_id, title, description, images, category, currency, start_price,
    reserve_price, buy_now_price, starts_at, end_at, soft_close_seconds, hard_end_at, status, version, bid_count,
    relisted_from, start_announced, ending_soon_announced, next_announcement_at, created_at, updated_at, revision)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`;

const EDIT = `UPDATE items SET title = $2, description = $3, images = $4, category = $5, version = $6, updated_at = $7,
    revision = $8
  WHERE id = $1`;

const CHANGE = `
  UPDATE items SET status = changed.status, outcome = changed.outcome, winner_id = changed.winner_id,
    winning_amount = changed.winning_amount, closed_at = changed.closed_at, relisted_as = changed.relisted_as,
    start_announced = changed.start_announced, ending_soon_announced = changed.ending_soon_announced,
    next_announcement_at = changed.next_announcement_at, version = changed.version, updated_at = changed.updated_at,
    revision = changed.revision
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::bigint[], $6::timestamptz[], $7::uuid[], $8::boolean[],
      $9::boolean[], $10::timestamptz[], $11::bigint[], $12::timestamptz[], $13::bigint[])
    AS changed (id, status, outcome, winner_id, winning_amount, closed_at, relisted_as, start_announced,
      ending_soon_announced, next_announcement_at, version, updated_at, revision)
  WHERE items.id = changed.id`;

/** Writes the results of steps other than bids: new auctions, and changes of locked ones. `writeBids` writes bids. */
export async function writeAuctions(tx: Transaction, steps: readonly Step[]): Promise<void> {
  const changed = new Map<string, Auction>();
  for (const { event, after } of steps) {
    if (event.type === 'ItemCreated') await insert(tx, after);
    else if (event.type === 'ItemUpdated') await edit(tx, after);
    else changed.set(after.id, after);
  }
  if (changed.size > 0) await writeChanges(tx, [...changed.values()]);
}

async function insert(tx: Transaction, a: Auction): Promise<void> {
  await tx.query({
    name: 'insert-item',
    text: INSERT,
    values: [
      a.id,
      a.sellerId,
      a.listing.title,
      a.listing.description,
      a.listing.images,
      a.listing.category,
      a.currency,
      a.startPrice,
      a.reservePrice,
      a.buyNowPrice,
      a.startsAt,
      a.endAt,
      a.softCloseSeconds,
      a.hardEndAt,
      a.status,
      a.version,
      a.bidCount,
      a.relistedFrom,
      a.startAnnounced,
      a.endingSoonAnnounced,
      nextAnnouncementAt(a),
      a.createdAt,
      a.updatedAt,
      a.revision,
    ],
  });
}

async function edit(tx: Transaction, a: Auction): Promise<void> {
  const { title, description, images, category } = a.listing;
  const values = [a.id, title, description, images, category, a.version, a.updatedAt, a.revision];
  await tx.query({ name: 'edit-item', text: EDIT, values });
}

/** Closings, announcements, cancellations and relistings: one statement for all of them. */
async function writeChanges(tx: Transaction, changed: readonly Auction[]): Promise<void> {
  await tx.query({
    name: 'write-changes',
    text: CHANGE,
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
      changed.map((a) => a.revision),
    ],
  });
}
