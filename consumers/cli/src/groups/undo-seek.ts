import { migrate } from '@gavel/postgres/migrate';
import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { CommandFailure } from '../command-failure.ts';
import { lockCheckpoints, setCheckpoints } from './checkpoints.ts';
import { cliMigrations } from './cli-migrations.ts';
import { refuseActiveMembers } from './members.ts';

/** A seek that can be undone. */
export interface SeekRecord {
  readonly id: bigint;
  readonly target: string;
  readonly movedBy: string;
  readonly movedAt: Date;
  readonly places: readonly { readonly partition: string; readonly before: bigint | null }[];
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
    before: (bigint | string | null)[];
  }>(
    `SELECT id, target, moved_by AS "movedBy", moved_at AS "movedAt", partitions, before_offsets::text[] AS before
     FROM checkpoint_moves WHERE consumer = $1 AND undone_at IS NULL ORDER BY id DESC LIMIT 1`,
    [group],
  );
  const row = rows[0];
  if (row === undefined) throw new CommandFailure('notFound', `no seek of ${group} that could be undone`);
  const { partitions, before, ...rest } = row;
  return {
    ...rest,
    places: partitions.map((partition, i) => {
      const offset = before[i];
      return { partition, before: offset === null || offset === undefined ? null : BigInt(offset) };
    }),
  };
}

/** Puts the checkpoints back to where a seek found them, and marks it as undone. Throws `refused`. */
export async function undoSeek(pool: Pool, group: string, record: SeekRecord): Promise<void> {
  await transaction(pool, async (tx) => {
    await lockCheckpoints(
      tx,
      group,
      record.places.map(({ partition }) => partition),
    );
    await refuseActiveMembers(tx, group);
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
