import type { Pool } from '@gavel/postgres/pool';
import { CommandFailure } from '../command-failure.ts';
import { formatMoment } from '../terminal/units.ts';

/** The first of the two keys of the advisory lock, so that no other user of advisory locks has it; the group is the second. */
const REPLAYS = 0x6761_7665;

const HOLDER = `
SELECT a.pid, a.backend_start AS since FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.classid = $1::oid AND l.objid = (hashtext($2)::bigint & 4294967295)::oid`;

/**
 * Does the work of a replay while no other replay of the group can start: they would remove each other's shadow. Throws `refused`
 * if another one is running. The lock belongs to a session of the database, so it ends with the process.
 */
export async function asOnlyReplay<T>(pool: Pool, group: string, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // A lost session gives the lock back. The work notices the outage itself, and reports it.
  let isLost = false;
  client.on('error', () => {
    isLost = true;
  });
  try {
    const { rows } = await client.query<{ taken: boolean }>(
      'SELECT pg_try_advisory_lock($1, hashtext($2)) AS taken',
      [REPLAYS, group],
    );
    if (rows[0]?.taken !== true) throw await refusal(pool, group);
    try {
      return await work();
    } finally {
      if (!isLost) await client.query('SELECT pg_advisory_unlock($1, hashtext($2))', [REPLAYS, group]);
    }
  } finally {
    client.release(isLost);
  }
}

async function refusal(pool: Pool, group: string): Promise<CommandFailure> {
  const { rows } = await pool.query<{ pid: number; since: Date }>(HOLDER, [REPLAYS, group]);
  const holder = rows[0];
  const who =
    holder === undefined ? '' : ` since ${formatMoment(holder.since)}, in database session ${holder.pid}`;
  return new CommandFailure(
    'refused',
    `another replay of ${group} is running${who}`,
    'Wait until it has ended, or end it with Ctrl-C: its shadow keeps what it has.',
  );
}
