import type { Pool } from '@gavel/postgres/pool';
import type { Transaction } from '@gavel/postgres/transaction';
import { type Member, readActiveMembers } from './adapters/postgres/members.ts';
import { removePause, writePause } from './adapters/postgres/pauses.ts';

export type { Member };

/**
 * The members of a group that were heard of within the last ten seconds. One that stops takes itself off the list; a
 * killed or hanging one leaves it by its silence.
 * @param database the group's own; inside a transaction that has locked the checkpoints, none of them can commit meanwhile
 */
export function activeMembers(
  database: Pick<Transaction, 'query'>,
  group: string,
): Promise<readonly Member[]> {
  return readActiveMembers(database, group);
}

/**
 * Pauses a group, or one of its partitions: members keep their places and commit nothing. It holds over restarts, and
 * members see it within two seconds.
 */
export function pauseGroup(pool: Pool, group: string, partition?: string): Promise<void> {
  return writePause(pool, group, partition);
}

/** Ends one partition's pause, or without one every pause of the group. */
export function resumeGroup(pool: Pool, group: string, partition?: string): Promise<void> {
  return removePause(pool, group, partition);
}
