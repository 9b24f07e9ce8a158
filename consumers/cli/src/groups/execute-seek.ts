import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { lockCheckpoints, setCheckpoints } from './checkpoints.ts';
import { type SeekStep, type SeekTarget, toSteps } from './plan-seek.ts';
import { prepareSeekRecords, recordSeek } from './seek-records.ts';

/**
 * Moves checkpoints and records the seek, in one transaction. Active members may be reading: a batch that is being committed is
 * waited for, and a batch that comes later finds its checkpoint moved and applies nothing.
 * @returns the steps from the checkpoints as they were at that moment, and the id of the record
 */
export async function executeSeek(
  pool: Pool,
  group: string,
  targets: readonly SeekTarget[],
  target: string,
): Promise<{ readonly steps: SeekStep[]; readonly record: bigint }> {
  await prepareSeekRecords(pool);
  return transaction(pool, async (tx) => {
    const partitions = targets.map(({ extent }) => extent.partition);
    const steps = toSteps(targets, await lockCheckpoints(tx, group, partitions));
    await setCheckpoints(
      tx,
      group,
      steps.map(({ partition, after }) => ({ partition, offset: after })),
    );
    return { steps, record: await recordSeek(tx, group, steps, target) };
  });
}
