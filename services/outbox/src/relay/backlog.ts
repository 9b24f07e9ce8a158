import type { Pool } from '@gavel/postgres/pool';

/** How far behind an outbox is. */
export interface Backlog {
  /** Committed and not known to be published; counted up to 100,000 that have no position yet. */
  readonly events: number;
  readonly oldestSeconds: number;
  readonly publishedPosition: number;
  readonly epoch: number;
  readonly holder: string | null;
  readonly setAside: number;
}

// Past this it only says "very many", so that asking stays cheap however long the relay was away.
const BACKLOG_LIMIT = 100_000;

const BACKLOG = `
WITH relay AS (SELECT epoch, holder, published_position AS published FROM outbox_relay),
newest AS (SELECT high_id, gap_low, gap_high FROM outbox_claims ORDER BY last_position DESC LIMIT 1),
claimed AS (
  SELECT coalesce(sum(c.last_position - greatest(c.first_position - 1, relay.published)), 0) AS events,
         min(c.claimed_at) AS oldest
  FROM relay JOIN outbox_claims c ON c.last_position > relay.published),
unclaimed AS (
  SELECT count(*) AS events, min(id) AS first FROM (
    (SELECT o.id FROM newest CROSS JOIN LATERAL unnest(newest.gap_low, newest.gap_high) AS gap (low, high)
      JOIN outbox o ON o.id BETWEEN gap.low AND gap.high LIMIT $1)
    UNION ALL
    (SELECT o.id FROM outbox o WHERE o.id > coalesce((SELECT high_id FROM newest), 0) ORDER BY o.id LIMIT $1)) ids),
oldest AS (SELECT least(claimed.oldest, (SELECT created_at FROM outbox WHERE id = unclaimed.first)) AS at FROM claimed, unclaimed)
SELECT (claimed.events + unclaimed.events)::float8 AS events,
       coalesce(extract(epoch FROM clock_timestamp() - oldest.at), 0)::float8 AS "oldestSeconds",
       relay.published::float8 AS "publishedPosition", relay.epoch::float8 AS epoch, relay.holder,
       (SELECT count(*) FROM outbox_set_aside)::float8 AS "setAside"
FROM relay, claimed, unclaimed, oldest`;

/** Reads the backlog from the tables, whoever holds the outbox. The watermark lags the confirms by up to 250 ms. */
export async function readBacklog(pool: Pool): Promise<Backlog> {
  const { rows } = await pool.query<Backlog>({
    name: 'outbox-backlog',
    text: BACKLOG,
    values: [BACKLOG_LIMIT],
  });
  if (!rows[0]) throw new Error('outbox_relay has no row: the outbox migrations did not run here');
  return rows[0];
}
