import { userInfo } from 'node:os';
import { type MigrationSet, migrate } from '@gavel/postgres/migrate';
import type { Pool } from '@gavel/postgres/pool';
import type { Transaction } from '@gavel/postgres/transaction';
import { CommandFailure } from '../command-failure.ts';
import type { SeekStep } from './plan-seek.ts';

/** A seek that can be undone. Offsets are the last ones committed. */
export interface SeekRecord {
  readonly id: bigint;
  /** The argument of --to. */
  readonly target: string;
  readonly movedBy: string;
  readonly movedAt: Date;
  readonly moves: readonly {
    readonly partition: string;
    readonly before: bigint | null;
    readonly after: bigint | null;
  }[];
}

// The command line's own table, in the same database as the checkpoints.
const migrations: MigrationSet = { name: 'cli', directory: new URL('../../migrations/', import.meta.url) };

/** Creates the table of records if it does not exist. */
export async function prepareSeekRecords(pool: Pool): Promise<void> {
  await migrate(pool, [migrations]);
}

/** Records a seek in the transaction that moves the checkpoints. Returns the id of the record. */
export async function recordSeek(
  tx: Transaction,
  group: string,
  steps: readonly SeekStep[],
  target: string,
): Promise<bigint> {
  const { rows } = await tx.query<{ id: bigint }>(
    `INSERT INTO checkpoint_moves (consumer, target, moved_by, partitions, before_offsets, after_offsets)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
    [
      group,
      target,
      userInfo().username,
      steps.map(({ partition }) => partition),
      steps.map(({ before }) => before),
      steps.map(({ after }) => after),
    ],
  );
  return rows[0]?.id ?? 0n;
}

interface RecordRow {
  readonly id: bigint;
  readonly target: string;
  readonly movedBy: string;
  readonly movedAt: Date;
  readonly partitions: string[];
  readonly before: (string | null)[];
  readonly after: (string | null)[];
}

/** The newest seek of a group that is not undone. Throws `notFound`. */
export async function readLastSeek(pool: Pool, group: string): Promise<SeekRecord> {
  await prepareSeekRecords(pool);
  const { rows } = await pool.query<RecordRow>(
    `SELECT id, target, moved_by AS "movedBy", moved_at AS "movedAt", partitions, before_offsets::text[] AS before,
            after_offsets::text[] AS after
     FROM checkpoint_moves WHERE consumer = $1 AND undone_at IS NULL ORDER BY id DESC LIMIT 1`,
    [group],
  );
  const row = rows[0];
  if (row === undefined) throw new CommandFailure('notFound', `${group} has no seek that could be undone`);
  const { partitions, before, after, ...rest } = row;
  return {
    ...rest,
    moves: partitions.map((partition, i) => ({
      partition,
      before: toOffset(before[i]),
      after: toOffset(after[i]),
    })),
  };
}

/** Marks a seek as undone. Throws `refused` if it already is. */
export async function recordUndo(tx: Transaction, id: bigint): Promise<void> {
  const { rowCount } = await tx.query(
    'UPDATE checkpoint_moves SET undone_at = now() WHERE id = $1 AND undone_at IS NULL',
    [id],
  );
  if (rowCount !== 1) throw new CommandFailure('refused', `seek ${id} was already undone by somebody else`);
}

/** Marks the seeks of a partition as settled, so that none of them can be undone any more. */
export async function forgetSeeks(tx: Transaction, group: string, partition: string): Promise<void> {
  await tx.query(
    'UPDATE checkpoint_moves SET undone_at = now() WHERE consumer = $1 AND $2 = ANY (partitions) AND undone_at IS NULL',
    [group, partition],
  );
}

function toOffset(text: string | null | undefined): bigint | null {
  return text === null || text === undefined ? null : BigInt(text);
}
