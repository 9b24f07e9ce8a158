import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '@gavel/postgres/pool';
import { partitionsOf } from '@gavel/proto/topology';
import type { System } from '../system/start-system.ts';
import { readLastOffsets } from '../system/stream-ends.ts';
import { STATISTICS_CONSUMER } from './collect-history.ts';

/** The work that is not done yet. */
export interface Backlog {
  /** Rows of the outbox that the relay has not yet confirmed as published. */
  readonly unpublished: number;
  /** Partitions whose last message the statistics consumer has not reached yet. */
  readonly behind: number;
}

/**
 * Waits until everything that was committed has been published and applied.
 * @returns undefined, or what was not processed after `timeoutMs`; throws when that is still unknown then
 */
export async function waitUntilDrained(
  system: Pick<System, 'databaseUrls' | 'infrastructure'>,
  timeoutMs: number,
): Promise<Backlog | undefined> {
  return waitForBacklog(system, timeoutMs, (backlog) => backlog.unpublished === 0 && backlog.behind === 0);
}

/** Waits until everything that was committed has been published, applied or not. Returns and throws as `waitUntilDrained`. */
export async function waitUntilPublished(
  system: Pick<System, 'databaseUrls' | 'infrastructure'>,
  timeoutMs: number,
): Promise<Backlog | undefined> {
  return waitForBacklog(system, timeoutMs, ({ unpublished }) => unpublished === 0);
}

async function waitForBacklog(
  system: Pick<System, 'databaseUrls' | 'infrastructure'>,
  timeoutMs: number,
  isDone: (backlog: Backlog) => boolean,
): Promise<Backlog | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      const backlog = await readBacklog(system);
      if (isDone(backlog)) return undefined;
      if (performance.now() > deadline) return backlog;
    } catch (error) {
      // Database and broker may still be restarting; the caller's timeout limits how long.
      if (performance.now() > deadline) throw error;
    }
    await delay(100);
  }
}

// Rows without a position, and positions above the watermark.
const UNPUBLISHED = `
  (SELECT count(*) FROM outbox) - (SELECT coalesce(sum(cardinality(ids)), 0) FROM outbox_claims)
  + (SELECT coalesce(max(last_position), 0) FROM outbox_claims) - (SELECT published_position FROM outbox_relay)`;

const REACHED =
  'SELECT coalesce(max(last_offset), -1) FROM checkpoints WHERE consumer = $1 AND stream_partition = $2';

async function readBacklog({
  databaseUrls,
  infrastructure,
}: Pick<System, 'databaseUrls' | 'infrastructure'>): Promise<Backlog> {
  const unpublished = Number(await readValue(databaseUrls.gavel_bids, UNPUBLISHED, []));
  // The end of the stream is final only after that.
  const ends = await readLastOffsets(infrastructure.urls.streamUrl, partitionsOf('gavel.bids'));
  let behind = 0;
  for (const [partition, end] of ends) {
    const reached = await readValue(databaseUrls.gavel_stats, REACHED, [STATISTICS_CONSUMER, partition]);
    if (reached < end) behind += 1;
  }
  return { unpublished, behind };
}

async function readValue(connectionString: string, sql: string, values: unknown[]): Promise<bigint> {
  const pool = createPool({ connectionString, applicationName: 'proving', max: 1 });
  try {
    const { rows } = await pool.query<{ value: bigint }>({ text: `SELECT (${sql})::int8 AS value`, values });
    return rows[0]?.value ?? -1n;
  } finally {
    await pool.end();
  }
}
