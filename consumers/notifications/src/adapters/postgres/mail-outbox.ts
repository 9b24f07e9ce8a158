import type { Pool } from '@gavel/postgres/pool';
import type { DueMail, MailOutbox, MailResult } from '../../application/ports.ts';
import type { AuctionOutcome, NoticeKind, Price } from '../../domain/notice.ts';

/** Longer than a batch of mails can take. After this time the mails of a sender that died are due again. */
const LEASE_SECONDS = 300;

interface Row {
  notification_id: string;
  item_id: string;
  kind: NoticeKind;
  outcome: AuctionOutcome | null;
  happened_at: Date;
  title: string | null;
  image: string | null;
  is_over: boolean;
  end_at: Date | null;
  minimum_next_bid: bigint | null;
  minimum_currency: string | null;
  amount: bigint | null;
  currency: string | null;
  email: string | null;
  full_name: string | null;
  attempts: number;
  created_at: Date;
}

/** The mail outbox in the consumer's own database, shared by any number of senders. */
export function createMailOutbox(pool: Pool): MailOutbox {
  return {
    async lease(limit) {
      const { rows } = await pool.query<Row>(
        `WITH due AS (
           SELECT notification_id FROM mails WHERE status = 'waiting' AND next_attempt_at <= now()
           ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED),
         leased AS (
           UPDATE mails SET next_attempt_at = now() + make_interval(secs => $2) FROM due
           WHERE mails.notification_id = due.notification_id RETURNING mails.*)
         SELECT leased.notification_id, n.item_id, n.kind, n.outcome, n.happened_at, coalesce(n.title, a.title) AS title,
           n.amount, n.currency, a.image, coalesce(a.ending IS NOT NULL OR a.end_at <= now(), false) AS is_over, a.end_at,
           a.minimum_next_bid, a.minimum_currency, r.email, r.full_name, leased.attempts, leased.created_at
         FROM leased JOIN notifications n ON n.id = leased.notification_id
         LEFT JOIN auctions a USING (item_id) LEFT JOIN recipients r ON r.user_id = leased.user_id AND r.verified
         ORDER BY n.happened_at`,
        [limit, LEASE_SECONDS],
      );
      return rows.map(toDueMail);
    },
    async record(notificationId, result) {
      const { status, error, inMs, attempts } = columns(result);
      await pool.query(
        `UPDATE mails SET status = $2, last_error = $3, next_attempt_at = now() + make_interval(secs => $4),
           attempts = coalesce($5, attempts + 1), settled_at = CASE WHEN $2 = 'waiting' THEN NULL ELSE now() END
         WHERE notification_id = $1 AND status = 'waiting'`,
        [notificationId, status, error, inMs / 1000, attempts],
      );
    },
  };
}

function columns(result: MailResult): {
  status: string;
  error: string | null;
  inMs: number;
  attempts: number | null;
} {
  switch (result.kind) {
    case 'sent':
      return { status: 'sent', error: null, inMs: 0, attempts: null };
    case 'given-up':
      return { status: 'given_up', error: result.error, inMs: 0, attempts: null };
    case 'later':
      return { status: 'waiting', error: result.error, inMs: result.inMs, attempts: result.attempts };
  }
}

function toDueMail(row: Row): DueMail {
  const { email } = row;
  return {
    notificationId: row.notification_id,
    itemId: row.item_id,
    kind: row.kind,
    outcome: row.outcome ?? undefined,
    title: row.title ?? undefined,
    price: toPrice(row.amount, row.currency),
    happenedAt: row.happened_at,
    image: row.image ?? undefined,
    auction: {
      isOver: row.is_over,
      endAt: row.end_at ?? undefined,
      minimumNextBid: toPrice(row.minimum_next_bid, row.minimum_currency),
    },
    recipient: email === null ? undefined : { email, fullName: row.full_name ?? '' },
    attempts: row.attempts,
    createdAt: row.created_at,
  };
}

function toPrice(amount: bigint | null, currency: string | null): Price | undefined {
  return amount === null || currency === null ? undefined : { amount, currency };
}
