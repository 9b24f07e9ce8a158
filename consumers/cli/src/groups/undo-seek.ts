import { migrate } from '@gavel/postgres/migrate';
import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { CommandFailure } from '../command-failure.ts';
import type { Extent } from '../streams/extent.ts';
import { type Checkpoint, lockCheckpoints, setCheckpoints } from './checkpoints.ts';
import { cliMigrations } from './cli-migrations.ts';
import { refuseActiveMembers } from './members.ts';
import { type SeekStep, toStep } from './plan-seek.ts';

/** A seek that can be undone. */
export interface SeekRecord {
  readonly id: bigint;
  readonly target: string;
  readonly movedBy: string;
  readonly movedAt: Date;
  readonly places: readonly {
    readonly partition: string;
    readonly before: bigint | null;
    readonly after: bigint | null;
  }[];
}

/** The newest seek of a group that was not undone. Throws `notFound`. */
export async function readLastSeek(pool: Pool, group: string): Promise<SeekRecord> {
  await migrate(pool, [cliMigrations]);
  const { rows } = await pool.query<{
    id: bigint;
    target: string;
    movedBy: string;
    movedAt: Date;
    partitions: string[];
    before: (string | null)[];
    after: (string | null)[];
  }>(
    `SELECT id, target, moved_by AS "movedBy", moved_at AS "movedAt", partitions, before_offsets::text[] AS before,
            after_offsets::text[] AS after
     FROM checkpoint_moves WHERE consumer = $1 AND undone_at IS NULL ORDER BY id DESC LIMIT 1`,
    [group],
  );
  const row = rows[0];
  if (row === undefined) throw new CommandFailure('notFound', `no seek of ${group} that could be undone`);
  const { partitions, before, after, ...rest } = row;
  return {
    ...rest,
    places: partitions.map((partition, i) => ({
      partition,
      before: toOffset(before[i]),
      after: toOffset(after[i]),
    })),
  };
}

function toOffset(text: string | null | undefined): bigint | null {
  return text === null || text === undefined ? null : BigInt(text);
}

/** What undoing a seek does in each of its partitions. Throws `refused` where retention has passed the place from before. */
export function planUndo(
  group: string,
  record: SeekRecord,
  extents: readonly Extent[],
  checkpoints: ReadonlyMap<string, Pick<Checkpoint, 'offset'>>,
): SeekStep[] {
  return extents.map((extent) => {
    const { partition, first } = extent;
    const before = record.places.find((place) => place.partition === partition)?.before ?? null;
    if (before === null || before + 1n >= first) {
      return toStep(extent, checkpoints.get(partition)?.offset ?? null, before);
    }
    throw new CommandFailure(
      'refused',
      `${partition}: retention has passed offset ${before + 1n}, where the group stood; the first one held is ${first}`,
      `\`gavel groups seek ${group} --to first\` is the nearest there is.`,
    );
  });
}

/**
 * Puts the checkpoints back to where a seek found them, and marks it as undone. Throws `refused`, also when the group has
 * moved on since the seek, unless `force` insists.
 */
export async function undoSeek(pool: Pool, group: string, record: SeekRecord, force: boolean): Promise<void> {
  await transaction(pool, async (tx) => {
    const now = await lockCheckpoints(
      tx,
      group,
      record.places.map(({ partition }) => partition),
    );
    await refuseActiveMembers(tx, group);
    for (const { partition, after } of record.places) {
      const offset = now.get(partition)?.offset ?? null;
      if (force || offset === after) continue;
      throw new CommandFailure(
        'refused',
        `${partition} stands at ${offset ?? 'none'} and no more at ${after ?? 'none'}, where seek ${record.id} put it`,
        '--force puts it back all the same.',
      );
    }
    const { rowCount } = await tx.query(
      'UPDATE checkpoint_moves SET undone_at = now() WHERE id = $1 AND undone_at IS NULL',
      [record.id],
    );
    if (rowCount !== 1) throw new CommandFailure('refused', `seek ${record.id} was undone by somebody else`);
    await setCheckpoints(
      tx,
      group,
      record.places.map(({ partition, before }) => ({ partition, offset: before })),
    );
  });
}
