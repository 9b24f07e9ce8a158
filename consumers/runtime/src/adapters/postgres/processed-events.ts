import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import { type BackOff, type Running, startLoop } from '@gavel/resilience';

const DAY_MS = 24 * 3600 * 1000;
/** How late a relay may publish an event again so that consumers still recognise it as handled. */
const KEPT_DAYS = 14;
const AHEAD_DAYS = 2;
const LOCK = 7_203_145_101;
const PRUNE_BATCH = 5_000;
/** Most rows that are moved while the table is locked: that takes about a tenth of a second. */
const MOVED_UNDER_LOCK = 10_000;
const UPKEEP_EVERY_MS = 3600_000;
/** A failed upkeep is retried soon: while the table of a day is missing, its events go to the default partition. */
const UPKEEP_PACE: BackOff = { firstMs: 2_000, maxMs: 60_000 };

/** Records events as handled by a consumer. Returns the ids of those that were not recorded before. */
export async function claimNewEvents(
  tx: Transaction,
  consumer: string,
  eventIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await tx.query<{ event_id: string }>({
    name: 'claim-new-events',
    text: `INSERT INTO processed_events (consumer, event_id)
           SELECT $1, id FROM unnest($2::uuid[]) AS id
           ON CONFLICT DO NOTHING RETURNING event_id`,
    values: [consumer, eventIds],
  });
  return new Set(rows.map((row) => row.event_id));
}

/**
 * Creates the tables of the coming days and drops those that are no longer needed, now and every hour.
 * @param oldestHeld see forgetProcessedEvents; default: now, for queues, which keep nothing that was acknowledged
 */
export function startProcessedEventsUpkeep(
  pool: Pool,
  oldestHeld: () => Promise<number> = () => Promise.resolve(Date.now()),
): Running {
  const upkeep = async (): Promise<number> => {
    await makeProcessedEventDays(pool);
    await forgetProcessedEvents(pool, await oldestHeld());
    return UPKEEP_EVERY_MS;
  };
  return startLoop('processed-events-upkeep', upkeep, UPKEEP_PACE);
}

/** Creates the tables of the days around now. Only one instance runs it at a time. */
export async function makeProcessedEventDays(pool: Pool, now = Date.now()): Promise<void> {
  const today = Math.floor(now / DAY_MS);
  const existing = new Set(await dayTables(pool));
  for (let day = today - KEPT_DAYS; day <= today + AHEAD_DAYS; day++) {
    if (!existing.has(tableName(day))) await makeDay(pool, day);
  }
}

/**
 * Deletes the records of events that are 14 days older than anything the stream holds. So every event that can still be
 * read, even after a seek to the start, is recognised as handled. A stream removes whole segments only: one with little
 * traffic holds events far longer than its retention time. Dropping the table of a day takes milliseconds, however many
 * events it holds; deleting 10 million rows would take minutes and leave dead rows behind. Only one instance runs it at a
 * time.
 * @param oldestHeld when the stream's oldest message was stored, milliseconds since the epoch
 */
export async function forgetProcessedEvents(pool: Pool, oldestHeld: number): Promise<void> {
  const horizon = oldestHeld - KEPT_DAYS * DAY_MS;
  const firstKept = tableName(Math.floor(horizon / DAY_MS));
  for (const table of await dayTables(pool)) {
    if (table < firstKept) await dropDay(pool, table);
  }
  await pruneDefault(pool, new Date(horizon));
}

/** The smallest UUIDv7 of a moment, milliseconds since the epoch. */
export function firstUuidAt(ms: number): string {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

function tableName(day: number): string {
  return `processed_events_${new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '')}`;
}

async function dayTables(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT child.relname AS name FROM pg_inherits
     JOIN pg_class child ON child.oid = inhrelid
     WHERE inhparent = 'processed_events'::regclass AND child.relname ~ '^processed_events_[0-9]{8}$'`,
  );
  return rows.map((row) => row.name);
}

// Rows of that day that came before its table (a producer's clock can be ahead) are moved to it, or ATTACH would fail. They
// cannot be moved earlier: between the default partition and the attached table they would not be found. A day with too
// many such rows (its table could not be created for a long time) stays in the default partition, and is pruned row by row.
async function makeDay(pool: Pool, day: number): Promise<void> {
  const name = tableName(day);
  const [from, to] = [firstUuidAt(day * DAY_MS), firstUuidAt((day + 1) * DAY_MS)];
  await transaction(pool, async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const { rows } = await tx.query<{ present: boolean }>('SELECT to_regclass($1) IS NOT NULL AS present', [
      name,
    ]);
    if (rows[0]?.present || (await hasMany(tx, from, to))) return;
    await tx.query("SET LOCAL lock_timeout = '2s'");
    await tx.query(`CREATE TABLE ${name} (LIKE processed_events INCLUDING ALL)`);
    await tx.query('LOCK TABLE processed_events_default IN ACCESS EXCLUSIVE MODE');
    await tx.query(
      `WITH moved AS (DELETE FROM processed_events_default WHERE event_id >= $1 AND event_id < $2 RETURNING *)
       INSERT INTO ${name} SELECT * FROM moved`,
      [from, to],
    );
    await tx.query(
      `ALTER TABLE processed_events ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`,
    );
  });
}

async function hasMany(tx: Transaction, from: string, to: string): Promise<boolean> {
  const { rows } = await tx.query<{ many: boolean }>(
    `SELECT count(*) > $3 AS many FROM (
       SELECT 1 FROM processed_events_default WHERE event_id >= $1 AND event_id < $2 LIMIT $3 + 1) AS found`,
    [from, to, MOVED_UNDER_LOCK],
  );
  return rows[0]?.many ?? false;
}

async function dropDay(pool: Pool, table: string): Promise<void> {
  await transaction(pool, async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    // Waits for running batches, but not long: the upkeep is retried.
    await tx.query("SET LOCAL lock_timeout = '2s'");
    await tx.query(`DROP TABLE IF EXISTS ${table}`);
  });
}

async function pruneDefault(pool: Pool, before: Date): Promise<void> {
  for (let deleted = PRUNE_BATCH; deleted === PRUNE_BATCH; ) {
    const { rowCount } = await pool.query(
      `DELETE FROM processed_events_default WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM processed_events_default
         WHERE processed_at < $1 LIMIT $2))`,
      [before, PRUNE_BATCH],
    );
    deleted = rowCount ?? 0;
  }
}
