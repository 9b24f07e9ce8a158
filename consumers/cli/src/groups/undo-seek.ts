import type { Extent } from '@gavel/consumer-runtime/extent';
import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { CommandFailure } from '../command-failure.ts';
import { lockCheckpoints, setCheckpoints } from './checkpoints.ts';
import { type SeekStep, type SeekTarget, toSteps } from './plan-seek.ts';
import { recordUndo, type SeekRecord } from './seek-records.ts';

/** The checkpoints before a seek, in each of its partitions. Throws `refused` if retention has removed an earlier offset. */
export function planUndo(group: string, record: SeekRecord, extents: readonly Extent[]): SeekTarget[] {
  return extents.map((extent) => {
    const { partition, first } = extent;
    const before = record.moves.find((move) => move.partition === partition)?.before ?? null;
    if (before === null || before + 1n >= first) return { extent, after: before };
    throw new CommandFailure(
      'refused',
      `${partition}: retention has removed offset ${before + 1n}, where the group would continue; the first offset is ${first}`,
      `\`gavel groups seek ${group} --to first\` is the closest.`,
    );
  });
}

/**
 * Sets the checkpoints back to their values before a seek, and marks the seek as undone, in one transaction. Active members may
 * be reading, as with a seek. Throws `refused` if the seek is already undone, and unless `force`, if the group has read on since.
 * @returns the steps from the checkpoints as they were at that moment
 */
export async function undoSeek(
  pool: Pool,
  group: string,
  record: SeekRecord,
  targets: readonly SeekTarget[],
  force: boolean,
): Promise<SeekStep[]> {
  return transaction(pool, async (tx) => {
    const partitions = record.moves.map(({ partition }) => partition);
    const now = await lockCheckpoints(tx, group, partitions);
    for (const { partition, after } of record.moves) {
      const offset = now.get(partition)?.offset ?? null;
      if (force || offset === after) continue;
      throw new CommandFailure(
        'refused',
        `the checkpoint of ${partition} is ${offset ?? 'none'}, no longer ${after ?? 'none'} as seek ${record.id} left it`,
        'Add --force to set it back all the same.',
      );
    }
    await recordUndo(tx, record.id);
    await setCheckpoints(
      tx,
      group,
      record.moves.map(({ partition, before }) => ({ partition, offset: before })),
    );
    return toSteps(targets, now);
  });
}
