import type { Transaction } from '@gavel/postgres/transaction';
import { v5 } from 'uuid';
import { type Notice, preferenceOf } from '../../domain/notice.ts';

/** Names notifications; any fixed UUID does, and this one never changes. */
const NAMESPACE = '4b7d4a5e-5c0c-4c5c-9d9a-0d4f4d3a3c21';

/** The same notice of the same event to the same person has the same id. */
export function notificationId({ eventId, userId }: Pick<Notice, 'eventId' | 'userId'>): string {
  return v5(`${eventId}:${userId.toLowerCase()}`, NAMESPACE);
}

/**
 * Stores notices and the mails for them, as people want them now: what somebody wants neither shown nor mailed is not
 * stored, and what they want only mailed is in no list.
 */
export async function storeNotices(
  tx: Transaction,
  notices: readonly Notice[],
  mail: boolean,
): Promise<void> {
  if (notices.length === 0) return;
  await tx.query({
    name: 'store-notices',
    text: `WITH told AS (
             SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::bigint[], $7::text[],
               $8::timestamptz[], $9::text[])
               AS told (id, user_id, kind, item_id, event_id, amount, currency, happened_at, preference)),
           wanted AS (
             SELECT told.*, coalesce(own.in_app, fallback.in_app) AS in_app,
               coalesce(own.email, fallback.email) AND $10 AS mailed
             FROM told JOIN preference_defaults AS fallback ON fallback.kind = told.preference
             LEFT JOIN preferences AS own ON own.user_id = told.user_id AND own.kind = told.preference),
           stored AS (
             INSERT INTO notifications (id, user_id, kind, item_id, event_id, amount, currency, happened_at, in_app, title)
             SELECT id, user_id, kind, item_id, event_id, amount, currency, happened_at, in_app, title
             FROM wanted LEFT JOIN auctions USING (item_id) WHERE in_app OR mailed
             ON CONFLICT (id) DO NOTHING RETURNING id)
           INSERT INTO mails (notification_id, user_id) SELECT id, user_id FROM stored JOIN wanted USING (id) WHERE mailed
           ON CONFLICT DO NOTHING`,
    values: [
      notices.map(notificationId),
      notices.map((notice) => notice.userId),
      notices.map((notice) => notice.kind),
      notices.map((notice) => notice.itemId),
      notices.map((notice) => notice.eventId),
      notices.map((notice) => notice.price?.amount ?? null),
      notices.map((notice) => notice.price?.currency ?? null),
      notices.map((notice) => notice.happenedAt),
      notices.map((notice) => preferenceOf(notice.kind)),
      mail,
    ],
  });
}
