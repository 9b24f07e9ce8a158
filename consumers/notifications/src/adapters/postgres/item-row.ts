import type { Transaction } from '@gavel/postgres/transaction';
import type { Announcement, Ending, ItemFacts, ItemState, Result } from '../../domain/item-state.ts';
import type { Price } from '../../domain/notice.ts';

interface Row {
  title: string | null;
  seller_id: string | null;
  ending: Ending['kind'] | null;
  ending_event_id: string;
  ended_at: Date;
  outcome: Result['outcome'] | null;
  winner_id: string | null;
  final_amount: bigint | null;
  final_currency: string | null;
  soon_event_id: string | null;
  soon_sequence: bigint;
  soon_at: Date;
  soon_end_at: Date;
  soon_amount: bigint | null;
  soon_currency: string | null;
  started_event_id: string | null;
  started_at: Date;
  relisted_event_id: string | null;
  relisted_as: string;
  relisted_at: Date;
  now: Date;
}

/** Inserts the item's row if it is missing, locks it, and returns its state. */
export async function lockItem(tx: Transaction, itemId: string): Promise<ItemState> {
  await tx.query({
    name: 'make-auction',
    text: 'INSERT INTO auctions (item_id) VALUES ($1) ON CONFLICT DO NOTHING',
    values: [itemId],
  });
  const { rows } = await tx.query<Row>({
    name: 'lock-auction-with-result',
    text: `SELECT title, seller_id, ending, ending_event_id, ended_at, outcome, winner_id, final_amount, final_currency,
             soon_event_id, soon_sequence, soon_at, soon_end_at, soon_amount, soon_currency, started_event_id, started_at,
             relisted_event_id, relisted_as, relisted_at, clock_timestamp() AS now
           FROM auctions WHERE item_id = $1 FOR UPDATE`,
    values: [itemId],
  });
  const row = rows[0];
  if (row === undefined) throw new Error('the row of an item that was just inserted is missing');
  const { started_event_id: started, relisted_event_id: relisted } = row;
  return {
    itemId,
    title: row.title ?? undefined,
    sellerId: row.seller_id ?? undefined,
    ending: endingOf(row),
    soon: announcementOf(row),
    start: started === null ? undefined : { eventId: started, at: row.started_at },
    relisting:
      relisted === null ? undefined : { eventId: relisted, at: row.relisted_at, relistedAs: row.relisted_as },
    now: row.now,
  };
}

/** Stores each stated fact, unless one of a later version is stored. */
export async function keepFacts(
  tx: Transaction,
  itemId: string,
  sequence: bigint,
  { title, sellerId, image, endAt, minimumNextBid: minimum }: ItemFacts,
): Promise<void> {
  const text = (fact: string | undefined): string | null => (fact === undefined ? null : storableText(fact));
  await tx.query({
    name: 'keep-facts',
    text: `UPDATE auctions SET seller_id = coalesce(seller_id, $3),
             title = CASE WHEN $4::text IS NOT NULL AND title_sequence < $2 THEN $4 ELSE title END,
             title_sequence = CASE WHEN $4 IS NOT NULL THEN greatest(title_sequence, $2) ELSE title_sequence END,
             image = CASE WHEN $5::text IS NOT NULL AND image_sequence < $2 THEN nullif($5, '') ELSE image END,
             image_sequence = CASE WHEN $5 IS NOT NULL THEN greatest(image_sequence, $2) ELSE image_sequence END,
             end_at = CASE WHEN $6::timestamptz IS NOT NULL AND end_sequence < $2 THEN $6 ELSE end_at END,
             end_sequence = CASE WHEN $6 IS NOT NULL THEN greatest(end_sequence, $2) ELSE end_sequence END,
             minimum_next_bid = CASE WHEN $7::bigint IS NOT NULL AND minimum_sequence < $2 THEN nullif($7, 0)
               ELSE minimum_next_bid END,
             minimum_currency = CASE WHEN $7 IS NOT NULL AND minimum_sequence < $2 THEN $8 ELSE minimum_currency END,
             minimum_sequence = CASE WHEN $7 IS NOT NULL THEN greatest(minimum_sequence, $2) ELSE minimum_sequence END
           WHERE item_id = $1`,
    values: [
      itemId,
      sequence,
      sellerId ?? null,
      text(title),
      text(image),
      endAt ?? null,
      minimum?.amount ?? null,
      minimum?.currency ?? null,
    ],
  });
}

/** A text without what Postgres cannot store: half surrogate pairs and NUL. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '');
}

function endingOf(row: Row): Ending | undefined {
  if (row.ending === null) return undefined;
  const { ending: kind, ending_event_id: eventId, ended_at: at, outcome } = row;
  if (outcome === null) return { kind, eventId, at, result: undefined };
  const price = toPrice(row.final_amount, row.final_currency);
  return { kind, eventId, at, result: { outcome, winnerId: row.winner_id ?? undefined, price } };
}

function announcementOf(row: Row): Announcement | undefined {
  if (row.soon_event_id === null) return undefined;
  const { soon_event_id: eventId, soon_sequence: sequence, soon_at: at, soon_end_at: endAt } = row;
  return { eventId, sequence, at, endAt, price: toPrice(row.soon_amount, row.soon_currency) };
}

function toPrice(amount: bigint | null, currency: string | null): Price | undefined {
  return amount === null || currency === null ? undefined : { amount, currency };
}
