import { append } from '@gavel/outbox/append';
import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import { ItemUnwatchedSchema, ItemWatchedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { MAX, v5 as uuidv5 } from 'uuid';
import type { WatchLists } from '../../application/ports.ts';
import { ITEM_COLUMNS, type ItemRow, toAuction } from './item-row.ts';

const IS_WATCHED = {
  name: 'is-watched',
  text: 'SELECT FROM watches WHERE user_id = $1 AND item_id = $2 AND watched',
};
const ITEM_EXISTS = { name: 'item-exists', text: 'SELECT FROM items WHERE id = $1' };
const CREATE_LIST = {
  name: 'create-watch-list',
  text: 'INSERT INTO watch_lists (user_id, size) VALUES ($1, 0) ON CONFLICT DO NOTHING',
};
// The clock is read after the lock, so a list's times are in the order of its changes.
const LOCK_LIST = {
  name: 'lock-watch-list',
  text: `WITH locked AS MATERIALIZED (SELECT size FROM watch_lists WHERE user_id = $1 FOR NO KEY UPDATE)
    SELECT size, clock_timestamp() AS now FROM locked`,
};
// One statement for the row, its version and the list's size. It returns no row when nothing changed.
const SET_WATCHED = {
  name: 'set-watched',
  text: `WITH changed AS (
      INSERT INTO watches AS old (user_id, item_id, watched, version, changed_at)
      SELECT $1, $2, true, 1, $4 WHERE $3
      ON CONFLICT (user_id, item_id) DO UPDATE
        SET watched = true, version = old.version + 1, changed_at = excluded.changed_at WHERE NOT old.watched
      RETURNING version
    ), unwatched AS (
      UPDATE watches SET watched = false, version = version + 1, changed_at = $4
      WHERE user_id = $1 AND item_id = $2 AND watched AND NOT $3
      RETURNING version
    ), result AS (SELECT version FROM changed UNION ALL SELECT version FROM unwatched)
    UPDATE watch_lists SET size = size + CASE WHEN $3 THEN 1 ELSE -1 END
    FROM result WHERE user_id = $1 RETURNING result.version`,
};
const AMONG = {
  name: 'watched-among',
  text: 'SELECT item_id FROM watches WHERE user_id = $1 AND item_id = ANY ($2::uuid[]) AND watched',
};
const PAGE = {
  name: 'watched-items',
  text: `WITH page AS MATERIALIZED (
      SELECT item_id, changed_at AS watched_at FROM watches
      WHERE user_id = $2 AND watched AND (changed_at, item_id) < ($3::timestamptz, $4::uuid)
      ORDER BY changed_at DESC, item_id DESC LIMIT $1)
    SELECT ${ITEM_COLUMNS}, statement_timestamp() AS as_of, page.watched_at
    FROM page JOIN items ON items.id = page.item_id ORDER BY watched_at DESC, id DESC`,
};

/** Watch lists as rows of Postgres. */
export function createPostgresWatchLists(pool: Pool): WatchLists {
  const has = async (query: { name: string; text: string }, values: unknown[]): Promise<boolean> =>
    (await pool.query({ ...query, values })).rowCount === 1;
  return {
    async add(userId, itemId, ceiling) {
      // Most repeats end here, without a lock. Items are never deleted, so the item still exists afterwards.
      if (await has(IS_WATCHED, [userId, itemId])) return 'watched';
      if (!(await has(ITEM_EXISTS, [itemId]))) return 'no-item';
      return transaction(pool, async (tx) => {
        await tx.query({ ...CREATE_LIST, values: [userId] });
        const list = await lockList(tx, userId);
        if (!list) throw new Error(`the watch list of ${userId} is missing right after it was created`);
        if (list.size < ceiling) await setWatched(tx, { userId, itemId, watched: true, now: list.now });
        else if ((await tx.query({ ...IS_WATCHED, values: [userId, itemId] })).rowCount === 0) return 'full';
        return 'watched';
      });
    },

    async remove(userId, itemId) {
      if (!(await has(ITEM_EXISTS, [itemId]))) return 'no-item';
      await transaction(pool, async (tx) => {
        const list = await lockList(tx, userId);
        if (list) await setWatched(tx, { userId, itemId, watched: false, now: list.now });
      });
      return 'unwatched';
    },

    async among(userId, itemIds) {
      if (itemIds.length === 0) return new Set();
      const { rows } = await pool.query<{ item_id: string }>({ ...AMONG, values: [userId, itemIds] });
      return new Set(rows.map((row) => row.item_id));
    },

    async page({ userId, after, limit }) {
      const values = [limit, userId, after?.time ?? 'infinity', after?.id ?? MAX];
      const { rows } = await pool.query<ItemRow & { as_of: Date; watched_at: Date }>({ ...PAGE, values });
      return rows.map((row) => ({
        view: { auction: toAuction(row), asOf: row.as_of },
        watchedAt: row.watched_at,
      }));
    },
  };
}

async function lockList(tx: Transaction, userId: string): Promise<{ size: number; now: Date } | undefined> {
  const { rows } = await tx.query<{ size: number; now: Date }>({ ...LOCK_LIST, values: [userId] });
  return rows[0];
}

interface Watch {
  userId: string;
  itemId: string;
  watched: boolean;
  now: Date;
}

async function setWatched(tx: Transaction, { userId, itemId, watched, now }: Watch): Promise<void> {
  const { rows } = await tx.query<{ version: bigint }>({
    ...SET_WATCHED,
    values: [userId, itemId, watched, now],
  });
  const sequence = rows[0]?.version;
  if (sequence === undefined) return;
  await append(tx, [
    {
      schema: watched ? ItemWatchedSchema : ItemUnwatchedSchema,
      body: { itemId, userId, timestamp: now.toISOString() },
      // Each watch is an aggregate of its own: its events have another order than the item's events.
      aggregateId: uuidv5(userId, itemId),
      sequence,
      time: now,
    },
  ]);
}
