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
 * mailed is not stored; one that is only mailed is stored with in_app = false. Shown notices of one person about one item are
 * folded while they are unread: only the newest is in the list, and it counts the others.
 */
export async function storeNotices(
  tx: Transaction,
  notices: readonly Notice[],
  mail: boolean,
): Promise<void> {
  for (const round of inRounds(notices)) await storeRound(tx, round, mail);
}

/** One statement folds one notice per person and item: a statement does not see the rows that it inserts. */
function inRounds(notices: readonly Notice[]): Notice[][] {
  const rounds: Notice[][] = [];
  const places = new Map<string, number>();
  for (const notice of notices) {
    const key = `${notice.userId} ${notice.itemId}`;
    const place = places.get(key) ?? 0;
    places.set(key, place + 1);
    const round = rounds[place] ?? [];
    rounds[place] = round;
    round.push(notice);
  }
  return rounds;
}

async function storeRound(tx: Transaction, notices: readonly Notice[], mail: boolean): Promise<void> {
  await tx.query({
    name: 'store-and-fold-notices',
    // The two updates wait for a person who marks the row as read at this moment, and then skip it.
    text: `WITH notices AS (
             SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::bigint[], $7::text[],
               $8::timestamptz[], $9::text[], $10::text[], $11::text[])
               AS notices (id, user_id, kind, item_id, event_id, amount, currency, happened_at, preference, outcome, title)),
           wanted AS (
             SELECT notices.*, coalesce(own.in_app, fallback.in_app) AS in_app,
               coalesce(own.email, fallback.email) AND $12 AS mailed
             FROM notices JOIN preference_defaults AS fallback ON fallback.kind = notices.preference
             LEFT JOIN preferences AS own ON own.user_id = notices.user_id AND own.kind = notices.preference
             WHERE NOT EXISTS (SELECT FROM notifications AS stored WHERE stored.id = notices.id)),
           replaced AS (
             UPDATE notifications AS old SET folded = true FROM wanted
             WHERE old.user_id = wanted.user_id AND old.item_id = wanted.item_id AND wanted.in_app
               AND old.read_at IS NULL AND old.in_app AND NOT old.folded AND old.happened_at <= wanted.happened_at
             RETURNING wanted.id, old.notices),
           counted AS (
             UPDATE notifications AS newer SET notices = newer.notices + 1 FROM wanted
             WHERE newer.user_id = wanted.user_id AND newer.item_id = wanted.item_id AND wanted.in_app
               AND newer.read_at IS NULL AND newer.in_app AND NOT newer.folded AND newer.happened_at > wanted.happened_at
             RETURNING wanted.id),
           stored AS (
             INSERT INTO notifications (id, user_id, kind, item_id, event_id, amount, currency, happened_at, in_app, outcome,
               title, folded, notices)
             SELECT id, user_id, kind, item_id, event_id, amount, currency, happened_at, in_app, wanted.outcome,
               coalesce(auctions.title, wanted.title), EXISTS (SELECT FROM counted WHERE counted.id = wanted.id),
               1 + coalesce((SELECT sum(replaced.notices) FROM replaced WHERE replaced.id = wanted.id), 0)
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
      notices.map((notice) => notice.outcome ?? null),
      notices.map((notice) => notice.title ?? null),
      mail,
    ],
  });
}
