import type { Transaction } from '@gavel/postgres/transaction';
import type { Announcement, Ending, ItemState } from '../../domain/item-state.ts';

interface Row {
  ending: Ending['kind'] | null;
  ending_event_id: string;
  ended_at: Date;
  seller_id: string | null;
  soon_event_id: string | null;
  soon_sequence: bigint;
  soon_at: Date;
  soon_end_at: Date;
  soon_amount: bigint | null;
  soon_currency: string | null;
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
    name: 'lock-auction',
    text: `SELECT ending, ending_event_id, ended_at, seller_id, soon_event_id, soon_sequence, soon_at, soon_end_at,
             soon_amount, soon_currency, clock_timestamp() AS now
           FROM auctions WHERE item_id = $1 FOR UPDATE`,
    values: [itemId],
  });
  const row = rows[0];
  if (row === undefined) throw new Error('the row of an item that was just inserted is missing');
  return { itemId, ending: endingOf(row), soon: announcementOf(row), now: row.now };
}

function endingOf(row: Row): Ending | undefined {
  if (row.ending === null) return undefined;
  const { ending: kind, ending_event_id: eventId, ended_at: at, seller_id: sellerId } = row;
  return { kind, eventId, at, sellerId: sellerId ?? undefined };
}

function announcementOf(row: Row): Announcement | undefined {
  if (row.soon_event_id === null) return undefined;
  const { soon_event_id: eventId, soon_sequence: sequence, soon_at: at, soon_end_at: endAt } = row;
  const { soon_amount: amount, soon_currency: currency } = row;
  return {
    eventId,
    sequence,
    at,
    endAt,
    price: amount === null || currency === null ? undefined : { amount, currency },
  };
}
