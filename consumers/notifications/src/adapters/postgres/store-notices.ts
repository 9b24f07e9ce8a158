import type { Transaction } from '@gavel/postgres/transaction';
import { v5 } from 'uuid';
import { type Notice, preferenceOf } from '../../domain/notice.ts';

/** The namespace of notification ids. It must never change. */
const NAMESPACE = '4b7d4a5e-5c0c-4c5c-9d9a-0d4f4d3a3c21';

/** Derives the id from event and person, so that storing the same notice again changes nothing. */
export function notificationId({ eventId, userId }: Pick<Notice, 'eventId' | 'userId'>): string {
  return v5(`${eventId}:${userId.toLowerCase()}`, NAMESPACE);
}

/**
 * Stores notices and their mails, by each person's current preferences. A notice that the person wants neither shown nor
 * mailed is not stored; one that is only mailed is stored with in_app = false.
 */
export async function storeNotices(
  tx: Transaction,
  notices: readonly Notice[],
  mail: boolean,
): Promise<void> {
  if (notices.length === 0) return;
  await tx.query({
    name: 'store-notices',
    text: `WITH notices AS (
             SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::bigint[], $7::text[],
               $8::timestamptz[], $9::text[])
               AS notices (id, user_id, kind, item_id, event_id, amount, currency, happened_at, preference)),
           wanted AS (
             SELECT notices.*, coalesce(own.in_app, fallback.in_app) AS in_app,
               coalesce(own.email, fallback.email) AND $10 AS mailed
             FROM notices JOIN preference_defaults AS fallback ON fallback.kind = notices.preference
             LEFT JOIN preferences AS own ON own.user_id = notices.user_id AND own.kind = notices.preference),
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
