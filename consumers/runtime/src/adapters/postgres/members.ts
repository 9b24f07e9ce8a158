import { hostname } from 'node:os';
import type { Pool } from '@gavel/postgres/pool';
import type { Transaction } from '@gavel/postgres/transaction';

/** A running instance of a consumer. */
export interface Member {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** The partitions that it reads; for the others it is on standby. */
  readonly partitions: readonly string[];
  readonly startedAt: Date;
  readonly heartbeatAt: Date;
}

/** Five missed heartbeats: longer than the broker waits before it gives a member's partitions to others. */
const SILENT_SECONDS = 10;

/** The members of a group with a heartbeat within the last ten seconds, oldest first. */
export async function readActiveMembers(
  database: Pick<Transaction, 'query'>,
  consumer: string,
): Promise<readonly Member[]> {
  const { rows } = await database.query<Member>(
    `SELECT member AS id, host, pid, partitions, started_at AS "startedAt", heartbeat_at AS "heartbeatAt"
     FROM consumer_members
     WHERE consumer = $1 AND heartbeat_at > now() - make_interval(secs => $2)
     ORDER BY started_at, member`,
    [consumer, SILENT_SECONDS],
  );
  return rows;
}

/** Records that a member is running, and deletes members that have been silent for an hour. */
export async function writeHeartbeat(
  pool: Pool,
  consumer: string,
  member: string,
  partitions: readonly string[],
): Promise<void> {
  await pool.query({
    name: 'write-heartbeat',
    text: `INSERT INTO consumer_members (consumer, member, host, pid, partitions) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (consumer, member) DO UPDATE SET heartbeat_at = now(), partitions = excluded.partitions`,
    values: [consumer, member, hostname(), process.pid, partitions],
  });
  await pool.query({
    name: 'forget-members',
    text: "DELETE FROM consumer_members WHERE consumer = $1 AND heartbeat_at < now() - interval '1 hour'",
    values: [consumer],
  });
}

export async function forgetMember(pool: Pool, consumer: string, member: string): Promise<void> {
  await pool.query('DELETE FROM consumer_members WHERE consumer = $1 AND member = $2', [consumer, member]);
}
