import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { CommandFailure } from '../command-failure.ts';
import type { Extent } from '../streams/extent.ts';
import { type Checkpoint, lockCheckpoints, setCheckpoints } from './checkpoints.ts';
import { refuseActiveMembers } from './members.ts';
import { type SeekStep, toStep } from './plan-seek.ts';
import { recordUndo, type SeekRecord } from './seek-records.ts';

/** What undoing a seek changes in each of its partitions. Throws `refused` if retention has removed an earlier offset. */
export function planUndo(
  group: string,
  record: SeekRecord,
  extents: readonly Extent[],
  checkpoints: ReadonlyMap<string, Pick<Checkpoint, 'offset'>>,
): SeekStep[] {
  return extents.map((extent) => {
    const { partition, first } = extent;
    const before = record.moves.find((move) => move.partition === partition)?.before ?? null;
    if (before === null || before + 1n >= first) {
      return toStep(extent, checkpoints.get(partition)?.offset ?? null, before);
    }
    throw new CommandFailure(
      'refused',
      `${partition}: retention has removed offset ${before + 1n}, where the group would continue; the first offset is ${first}`,
      `\`gavel groups seek ${group} --to first\` is the closest.`,
    );
  });
}

/**
 * Sets the checkpoints back to their values before a seek, and marks the seek as undone, in one transaction. Throws
 * `refused` while a member is active, if the seek is already undone, and unless `force`, if the group has moved on since.
 */
export async function undoSeek(pool: Pool, group: string, record: SeekRecord, force: boolean): Promise<void> {
  await transaction(pool, async (tx) => {
    const now = await lockCheckpoints(
      tx,
      group,
      record.moves.map(({ partition }) => partition),
    );
    await refuseActiveMembers(tx, group);
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
  });
}
