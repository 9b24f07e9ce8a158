import type { Pool } from '@gavel/postgres/pool';
import type { Transaction } from '@gavel/postgres/transaction';
import { CommandFailure } from '../command-failure.ts';

/** One running instance of a group. */
export interface Member {
  readonly id: string;
  readonly partitions: readonly string[];
  readonly seenAt: Date;
}

/** The instances of a group that are at work now. */
export async function readMembers(database: Pool | Transaction, group: string): Promise<Member[]> {
  const { rows: tables } = await (database as Pool).query<{ exists: boolean }>(
    "SELECT to_regclass('consumer_members') IS NOT NULL AS exists",
  );
  if (tables[0]?.exists !== true) return [];
  const { rows } = await (database as Pool).query<Member>(
    `SELECT member AS id, partitions, seen_at AS "seenAt" FROM consumer_members
     WHERE consumer = $1 AND seen_at > now() - interval '10 seconds' ORDER BY member`,
    [group],
  );
  return rows;
}

/** Throws `refused` while a group is at work. */
export async function refuseActiveMembers(database: Pool | Transaction, group: string): Promise<void> {
  const members = await readMembers(database, group);
  if (members.length === 0) return;
  throw new CommandFailure(
    'refused',
    `${group} has ${members.length} active ${members.length === 1 ? 'member' : 'members'}: ${members.map(({ id }) => id).join(', ')}`,
    'Stop them first, or wait until they are gone.',
  );
}
