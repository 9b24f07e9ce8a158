import type { Pool } from '@gavel/postgres/pool';
import type { Transaction } from '@gavel/postgres/transaction';
import { countParked } from './adapters/postgres/dead-letters.ts';
import { type Member, readActiveMembers } from './adapters/postgres/members.ts';
import { readPauses, removePause, writePause } from './adapters/postgres/pauses.ts';

export type { Member };
export { countParked, readPauses };

/**
 * The members of a group with a heartbeat within the last ten seconds. A member that stops removes itself from the list; a
 * killed or hanging one drops out when its heartbeats stop.
 * @param database the group's own. In a transaction that has locked the checkpoints, no member can commit meanwhile.
 */
export function activeMembers(
  database: Pick<Transaction, 'query'>,
  group: string,
): Promise<readonly Member[]> {
  return readActiveMembers(database, group);
}

/**
 * Pauses a group, or one of its partitions: members keep their partitions and commit nothing. Members of a queue consumer take no
 * more messages. The pause survives restarts, and members notice it within two seconds.
 */
export function pauseGroup(pool: Pool, group: string, partition?: string): Promise<void> {
  return writePause(pool, group, partition);
}

/** Ends the pause of one partition, or without an argument every pause of the group. */
export function resumeGroup(pool: Pool, group: string, partition?: string): Promise<void> {
  return removePause(pool, group, partition);
}
