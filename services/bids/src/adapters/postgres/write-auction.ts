import type { Transaction } from '@gavel/postgres/transaction';
import { nextAnnouncementAt } from '../../domain/auction/announcements.ts';
import type { Auction } from '../../domain/auction/auction.ts';
import type { Step } from '../../domain/auction/evolve.ts';
import { writeChanges } from './write-changes.ts';

const INSERT = `INSERT INTO items (id, seller_id, title, description, images, category, currency, start_price,
    reserve_price, buy_now_price, starts_at, end_at, soft_close_seconds, hard_end_at, status, version, bid_count,
    relisted_from, start_announced, ending_soon_announced, next_announcement_at, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`;

const EDIT = `UPDATE items SET title = $2, description = $3, images = $4, category = $5, version = $6, updated_at = $7
  WHERE id = $1`;

/** Writes what the steps did to locked auctions, and new ones. Bids have a statement of their own. */
export async function writeAuction(tx: Transaction, steps: readonly Step[]): Promise<void> {
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
    ],
  });
}

async function edit(tx: Transaction, a: Auction): Promise<void> {
  const { title, description, images, category } = a.listing;
  const values = [a.id, title, description, images, category, a.version, a.updatedAt];
  await tx.query({ name: 'edit-item', text: EDIT, values });
}
