import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import type { Notifications } from '../../application/ports.ts';
import type { AuctionOutcome, Notification, NotificationKind } from '../../domain/notification.ts';

interface Row {
  id: string;
  kind: NotificationKind | 'reserve_not_met' | 'no_bids';
  item_id: string;
  title: string | null;
  amount: bigint | null;
  currency: string | null;
  outcome: AuctionOutcome | null;
  notices: number;
  happened_at: Date;
  read_at: Date | null;
}

/** The table that the notifications consumer writes. Only `read_at` is written here. */
export function createPostgresNotifications(pool: Pool): Notifications {
  return {
    async page({ userId, unreadOnly, after, limit }) {
      const { rows } = await pool.query<Row>({
        name: unreadOnly ? 'page-of-unread-digests' : 'page-of-digests',
        // `happened_at <= $2` does not change the result: the rest of the line implies it. It lets Postgres use the index.
        text: `SELECT n.id, n.kind, n.item_id, coalesce(n.title, a.title) AS title, n.amount, n.currency, n.outcome,
                 n.notices, n.happened_at, n.read_at
               FROM notifications n LEFT JOIN auctions a USING (item_id)
               WHERE n.user_id = $1 AND n.in_app AND NOT n.folded ${unreadOnly ? 'AND n.read_at IS NULL' : ''}
                 AND ($2::timestamptz IS NULL OR (n.happened_at <= $2 AND (n.happened_at < $2 OR n.id > $3::uuid)))
               ORDER BY n.happened_at DESC, n.id LIMIT $4`,
        values: [userId, after?.time ?? null, after?.id ?? null, limit],
      });
      return rows.map(toNotification);
    },
    async countUnread(userId) {
      const { rows } = await pool.query<{ unread: bigint }>({
        name: 'count-unread-digests',
        text: `SELECT count(*) AS unread FROM notifications
               WHERE user_id = $1 AND read_at IS NULL AND in_app AND NOT folded`,
        values: [userId],
      });
      return rows[0]?.unread ?? 0n;
    },
    // A folded one may be marked as well: the person has not seen the newer one, which stays unread.
    async markRead(userId, id) {
      const { rowCount } = await transaction(pool, (tx) =>
        tx.query(
          `UPDATE notifications SET read_at = coalesce(read_at, now()) WHERE id = $2 AND user_id = $1 AND in_app`,
          [userId, id],
        ),
      );
      return rowCount === 1;
    },
    async markAllRead(userId) {
      await transaction(pool, (tx) =>
        tx.query(
          'UPDATE notifications SET read_at = now() WHERE user_id = $1 AND read_at IS NULL AND in_app AND NOT folded',
          [userId],
        ),
      );
    },
  };
}

function toNotification(row: Row): Notification {
  const { amount, currency, kind } = row;
  const isUnsold = kind === 'reserve_not_met' || kind === 'no_bids';
  return {
    id: row.id,
    kind: isUnsold ? 'unsold' : kind,
    itemId: row.item_id,
    title: row.title ?? '',
    price: amount === null || currency === null ? undefined : { amount, currency },
    outcome: row.outcome ?? (isUnsold ? kind : undefined),
    notices: row.notices,
    happenedAt: row.happened_at,
    readAt: row.read_at ?? undefined,
  };
}
