import type { Transaction } from '@gavel/postgres/transaction';
import type { IdempotencyKey } from '../../application/auctions.ts';
import type { Auction } from '../../domain/auction/auction.ts';
import type { Step } from '../../domain/auction/evolve.ts';
import { ITEM_COLUMNS } from './item-row.ts';
import { writeBid } from './write-bid.ts';

const INSERT = `INSERT INTO items (${ITEM_COLUMNS})
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`;

const UPDATE = `UPDATE items SET title = $2, description = $3, images = $4, category = $5, end_at = $6, status = $7,
    outcome = $8, version = $9, updated_at = $10
  WHERE id = $1`;

/** Writes what the steps did to a locked auction: its row, and a row for each bid. */
export async function writeAuction(
  tx: Transaction,
  steps: readonly Step[],
  key: IdempotencyKey | undefined,
): Promise<void> {
  for (const { event, after } of steps) {
    if (event.type === 'BidPlaced') await writeBid(tx, event, after, key);
    else if (event.type === 'ItemCreated') await insert(tx, after);
    else await update(tx, after);
  }
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
      a.endAt,
      a.status,
      a.outcome ?? null,
      a.version,
      a.bidCount,
      a.highestBid?.amount ?? null,
      a.highestBid?.userId ?? null,
      a.createdAt,
      a.updatedAt,
    ],
  });
}

async function update(tx: Transaction, a: Auction): Promise<void> {
  const { title, description, images, category } = a.listing;
  await tx.query({
    name: 'update-item',
    text: UPDATE,
    values: [
      a.id,
      title,
      description,
      images,
      category,
      a.endAt,
      a.status,
      a.outcome ?? null,
      a.version,
      a.updatedAt,
    ],
  });
}
