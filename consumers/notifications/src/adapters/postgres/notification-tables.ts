import type { Transaction } from '@gavel/postgres/transaction';
import { v5 } from 'uuid';
import type { NotificationTables } from '../../application/notification-tables.ts';
import type { Bid, Ending } from '../../domain/follow-bid.ts';
import type { Notice } from '../../domain/notice.ts';

/** Names notifications; any fixed UUID does, and this one never changes. */
const NAMESPACE = '4b7d4a5e-5c0c-4c5c-9d9a-0d4f4d3a3c21';

/** The same notice of the same event to the same person has the same id. */
export function notificationId({ eventId, userId }: Pick<Notice, 'eventId' | 'userId'>): string {
  return v5(`${eventId}:${userId.toLowerCase()}`, NAMESPACE);
}

/** The tables inside a transaction. With `mail`, every new notification is to be mailed. */
export function notificationTables(tx: Transaction, { mail }: { mail: boolean }): NotificationTables {
  return {
    lockItem: (itemId) => lockItem(tx, itemId),
    knownBids: (itemId, userId) => knownBids(tx, itemId, userId),
    async keepBid(bid) {
      await tx.query({
        name: 'keep-bid',
        text: `INSERT INTO bidders AS known (item_id, user_id, sequence, event_id, amount, currency, placed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)
               ON CONFLICT (item_id, user_id) DO UPDATE SET sequence = excluded.sequence, event_id = excluded.event_id,
                 amount = excluded.amount, currency = excluded.currency, placed_at = excluded.placed_at
               WHERE known.sequence < excluded.sequence`,
        values: [bid.itemId, bid.userId, bid.sequence, bid.eventId, bid.amount, bid.currency, bid.placedAt],
      });
    },
    async biddersOf(itemId) {
      const { rows } = await tx.query<{ user_id: string }>('SELECT user_id FROM bidders WHERE item_id = $1', [
        itemId,
      ]);
      return rows.map((row) => row.user_id);
    },
    async keepTitle(itemId, title, sequence) {
      await tx.query(
        `UPDATE auctions SET title = $2, title_sequence = $3 WHERE item_id = $1 AND title_sequence < $3`,
        [itemId, title.toWellFormed().replaceAll('\u0000', ''), sequence],
      );
    },
    async keepEnding(itemId, ending) {
      await tx.query(
        `UPDATE auctions SET ending = $2, ending_event_id = $3, ended_at = $4
         WHERE item_id = $1 AND ending IS NULL`,
        [itemId, ending.kind, ending.eventId, ending.at],
      );
    },
    async keepRecipient({ userId, email, fullName }) {
      await tx.query(
        `INSERT INTO recipients (user_id, email, full_name) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, full_name = excluded.full_name`,
        [userId, email, fullName.toWellFormed().replaceAll('\u0000', '')],
      );
      await tx.query(
        `UPDATE mails SET next_attempt_at = now() WHERE user_id = $1 AND status = 'waiting'
           AND last_error = 'NO_ADDRESS'`,
        [userId],
      );
    },
    notify: (notices) => storeNotices(tx, notices, mail),
  };
}

async function lockItem(tx: Transaction, itemId: string): Promise<{ ending: Ending | undefined }> {
  await tx.query({
    name: 'make-auction',
    text: 'INSERT INTO auctions (item_id) VALUES ($1) ON CONFLICT DO NOTHING',
    values: [itemId],
  });
  const { rows } = await tx.query<{
    ending: Ending['kind'] | null;
    ending_event_id: string;
    ended_at: Date;
  }>({
    name: 'lock-auction',
    text: 'SELECT ending, ending_event_id, ended_at FROM auctions WHERE item_id = $1 FOR UPDATE',
    values: [itemId],
  });
  const row = rows[0];
  if (row === undefined || row.ending === null) return { ending: undefined };
  return { ending: { kind: row.ending, eventId: row.ending_event_id, at: row.ended_at } };
}

interface BidderRow {
  item_id: string;
  user_id: string;
  sequence: bigint;
  event_id: string;
  amount: bigint;
  currency: string;
  placed_at: Date;
}

async function knownBids(
  tx: Transaction,
  itemId: string,
  userId: string,
): Promise<{ leader: Bid | undefined; own: Bid | undefined }> {
  const { rows } = await tx.query<BidderRow>({
    name: 'known-bids',
    text: `(SELECT * FROM bidders WHERE item_id = $1 ORDER BY sequence DESC LIMIT 1)
           UNION SELECT * FROM bidders WHERE item_id = $1 AND user_id = $2`,
    values: [itemId, userId],
  });
  const bids = rows.map(toBid);
  return {
    leader: bids.toSorted((a, b) => (a.sequence < b.sequence ? 1 : -1))[0],
    own: bids.find((bid) => bid.userId === userId.toLowerCase()),
  };
}

function toBid(row: BidderRow): Bid {
  return {
    itemId: row.item_id,
    userId: row.user_id,
    sequence: row.sequence,
    eventId: row.event_id,
    amount: row.amount,
    currency: row.currency,
    placedAt: row.placed_at,
  };
}

async function storeNotices(tx: Transaction, notices: readonly Notice[], mail: boolean): Promise<void> {
  if (notices.length === 0) return;
  await tx.query({
    name: 'store-notices',
    text: `WITH stored AS (
             INSERT INTO notifications (id, user_id, kind, item_id, event_id, amount, currency, happened_at)
             SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::bigint[], $7::text[],
               $8::timestamptz[])
             ON CONFLICT (id) DO NOTHING RETURNING id, user_id)
           INSERT INTO mails (notification_id, user_id) SELECT id, user_id FROM stored WHERE $9`,
    values: [
      notices.map(notificationId),
      notices.map((notice) => notice.userId),
      notices.map((notice) => notice.kind),
      notices.map((notice) => notice.itemId),
      notices.map((notice) => notice.eventId),
      notices.map((notice) => notice.price?.amount ?? null),
      notices.map((notice) => notice.price?.currency ?? null),
      notices.map((notice) => notice.happenedAt),
      mail,
    ],
  });
}
