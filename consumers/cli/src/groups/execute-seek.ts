import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { CommandFailure } from '../command-failure.ts';
import { lockCheckpoints, setCheckpoints } from './checkpoints.ts';
import { refuseActiveMembers } from './members.ts';
import type { SeekStep } from './plan-seek.ts';
import { prepareSeekRecords, recordSeek } from './seek-records.ts';

/**
 * Moves the checkpoints of a plan and records the seek, in one transaction. Returns the id of the record. Throws `refused` if a
 * checkpoint has moved since the plan, and while a member is active.
 */
export async function executeSeek(
  pool: Pool,
  group: string,
  steps: readonly SeekStep[],
  target: string,
): Promise<bigint> {
  await prepareSeekRecords(pool);
  return transaction(pool, async (tx) => {
    const partitions = steps.map(({ partition }) => partition);
    const now = await lockCheckpoints(tx, group, partitions);
    await refuseActiveMembers(tx, group);
    for (const { partition, before } of steps) {
      if ((now.get(partition)?.offset ?? null) === before) continue;
      throw new CommandFailure(
        'refused',
        `the checkpoint of ${partition} has moved since the plan`,
        'Try again.',
      );
    }
    await setCheckpoints(
      tx,
      group,
      steps.map(({ partition, after }) => ({ partition, offset: after })),
    );
    return recordSeek(tx, group, steps, target);
  });
}
