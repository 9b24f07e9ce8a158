import type { Transaction } from '@gavel/postgres/transaction';
import type { NotificationTables } from '../../application/ports.ts';
import { findLeader, findStandings, writeStandings } from './bidder-standings.ts';
import { keepFacts, lockItem, storableText } from './item-row.ts';
import { storeNotices } from './store-notices.ts';

/** The consumer's tables inside a transaction. Without `mail` no mail is stored, whatever the preferences say. */
export function createNotificationTables(tx: Transaction, { mail }: { mail: boolean }): NotificationTables {
  return {
    lockItem: (itemId) => lockItem(tx, itemId),
    keepFacts: (itemId, sequence, facts) => keepFacts(tx, itemId, sequence, facts),
    async keepEnding(itemId, ending) {
      await tx.query(
        `UPDATE auctions SET ending = $2, ending_event_id = $3, ended_at = $4, outcome = $5, winner_id = $6,
           final_amount = $7, final_currency = $8
         WHERE item_id = $1 AND ending IS NULL`,
        [
          itemId,
          ending.kind,
          ending.eventId,
          ending.at,
          ending.result?.outcome ?? null,
          ending.result?.winnerId ?? null,
          ending.result?.price?.amount ?? null,
          ending.result?.price?.currency ?? null,
        ],
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
    async keepStart(itemId, { eventId, at }) {
      await tx.query(
        `UPDATE auctions SET started_event_id = $2, started_at = $3
         WHERE item_id = $1 AND started_event_id IS NULL`,
        [itemId, eventId, at],
      );
    },
    async keepRelisting(itemId, { eventId, at, relistedAs }) {
      await tx.query(
        `UPDATE auctions SET relisted_event_id = $2, relisted_at = $3, relisted_as = $4
         WHERE item_id = $1 AND relisted_event_id IS NULL`,
        [itemId, eventId, at, relistedAs],
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
    async audience(itemId, at) {
      const { rows } = await tx.query<{ user_id: string; has_bid: boolean }>(
        `SELECT user_id, bool_or(has_bid) AS has_bid FROM (
           SELECT user_id, true AS has_bid FROM bidders WHERE item_id = $1
           UNION ALL SELECT user_id, false FROM watches WHERE item_id = $1 AND watching AND since <= $2) AS people
         GROUP BY user_id`,
        [itemId, at],
      );
      return rows.map((row) => ({ userId: row.user_id, hasBid: row.has_bid }));
    },
    async keepRecipient({ userId, email, fullName }) {
      await tx.query(
        `INSERT INTO recipients AS known (user_id, email, full_name) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET full_name = excluded.full_name,
           email = CASE WHEN known.verified THEN known.email ELSE excluded.email END`,
        [userId, email, storableText(fullName)],
      );
    },
    async keepVerifiedAddress({ userId, email, sequence }) {
      // The account's creation may arrive later; it brings the name.
      await tx.query(
        `INSERT INTO recipients AS known (user_id, email, full_name, verified, sequence) VALUES ($1, $2, '', true, $3)
         ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, verified = true, sequence = excluded.sequence
         WHERE known.sequence < excluded.sequence`,
        [userId, email, sequence],
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
