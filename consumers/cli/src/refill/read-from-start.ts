import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import type { Session } from '../connections/session.ts';
import { lockCheckpoints, setCheckpoints } from '../groups/checkpoints.ts';
import type { KnownGroup } from '../groups/known-groups.ts';
import { forgetSeeks, prepareSeekRecords } from '../groups/seek-records.ts';
import { reasonOf } from '../terminal/reason-of.ts';

/** What became of the groups that read a partition. */
export interface FromStart {
  /** These read the partition from its start. */
  readonly groups: readonly string[];
  /** The checkpoints of these could not be set. */
  readonly failed: readonly {
    readonly group: string;
    readonly partition: string;
    readonly problem: string;
  }[];
}

/**
 * Lets groups read a recreated partition from its start, because its offsets are new. Running members notice it within seconds, also
 * those that refuse the partition; events that a group has applied are not applied again. A group whose database does not answer
 * does not stop the others.
 */
export async function readFromStart(
  session: Pick<Session, 'pool'>,
  groups: readonly KnownGroup[],
  partition: string,
): Promise<FromStart> {
  const done: string[] = [];
  const failed: FromStart['failed'][number][] = [];
  for (const { name, database } of groups) {
    try {
      await removeCheckpoint(session.pool(database), name, partition);
      done.push(name);
    } catch (error) {
      failed.push({ group: name, partition, problem: reasonOf(error) });
    }
  }
  return { groups: done, failed };
}

async function removeCheckpoint(pool: Pool, group: string, partition: string): Promise<void> {
  await prepareSeekRecords(pool);
  await transaction(pool, async (tx) => {
    await lockCheckpoints(tx, group, [partition]);
    await setCheckpoints(tx, group, [{ partition, offset: null }]);
    // The offsets before an earlier seek belong to the old stream.
    await forgetSeeks(tx, group, partition);
  });
}
