import type { Transaction } from '@gavel/postgres/transaction';
import type { NotificationTables } from '../../application/ports.ts';
import { findLeader, findStandings, writeStandings } from './bidder-standings.ts';
import { lockItem } from './item-row.ts';
import { storeNotices } from './store-notices.ts';

/** The consumer's tables inside a transaction. Without `mail` no mail is stored, whatever the preferences say. */
export function createNotificationTables(tx: Transaction, { mail }: { mail: boolean }): NotificationTables {
  return {
    lockItem: (itemId) => lockItem(tx, itemId),
    async keepTitle(itemId, title, sequence) {
      await tx.query({
        name: 'keep-title',
        text: `UPDATE auctions SET title = $2, title_sequence = $3
               WHERE item_id = $1 AND title_sequence < $3 AND title IS DISTINCT FROM $2`,
        values: [itemId, storableText(title), sequence],
      });
    },
    async keepEnding(itemId, ending) {
      await tx.query(
        `UPDATE auctions SET ending = $2, ending_event_id = $3, ended_at = $4, seller_id = $5
         WHERE item_id = $1 AND ending IS NULL`,
        [itemId, ending.kind, ending.eventId, ending.at, ending.sellerId ?? null],
      );
    },
    async keepAnnouncement(itemId, { eventId, sequence, at, endAt, price }) {
      await tx.query(
        `UPDATE auctions SET soon_event_id = $2, soon_sequence = $3, soon_at = $4, soon_end_at = $5, soon_amount = $6,
           soon_currency = $7
         WHERE item_id = $1 AND soon_event_id IS NULL`,
        [itemId, eventId, sequence, at, endAt, price?.amount ?? null, price?.currency ?? null],
      );
    },
    standings: (itemId, userIds) => findStandings(tx, itemId, userIds),
    leader: (itemId) => findLeader(tx, itemId),
    keepStandings: (itemId, standings) => writeStandings(tx, itemId, standings),
    async keepWatch({ itemId, userId, version, watching, since }) {
      const { rowCount } = await tx.query(
        `INSERT INTO watches AS known (item_id, user_id, version, watching, since) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (item_id, user_id) DO UPDATE SET version = excluded.version, watching = excluded.watching,
           since = excluded.since
         WHERE known.version < excluded.version`,
        [itemId, userId, version, watching, since],
      );
      return rowCount === 1;
    },
    async audience(itemId) {
      const { rows } = await tx.query<{ user_id: string }>(
        `SELECT user_id FROM bidders WHERE item_id = $1
         UNION SELECT user_id FROM watches WHERE item_id = $1 AND watching`,
        [itemId],
      );
      return rows.map((row) => row.user_id);
    },
    async keepRecipient({ userId, email, fullName }) {
      await tx.query(
        `INSERT INTO recipients (user_id, email, full_name) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, full_name = excluded.full_name`,
        [userId, email, storableText(fullName)],
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

function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '');
}
