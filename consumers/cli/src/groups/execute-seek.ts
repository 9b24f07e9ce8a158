import { userInfo } from 'node:os';
import { migrate } from '@gavel/postgres/migrate';
import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { CommandFailure } from '../command-failure.ts';
import { lockCheckpoints, setCheckpoints } from './checkpoints.ts';
import { cliMigrations } from './cli-migrations.ts';
import { refuseActiveMembers } from './members.ts';
import type { SeekStep } from './plan-seek.ts';

/**
 * Moves the checkpoints of a plan and records it, in one transaction, if nobody has moved them meanwhile and no member is
 * active. Returns the number of the record. Throws `refused`.
 */
export async function executeSeek(
  pool: Pool,
  group: string,
  steps: readonly SeekStep[],
  target: string,
): Promise<bigint> {
  await migrate(pool, [cliMigrations]);
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
    const { rows } = await tx.query<{ id: bigint }>(
      `INSERT INTO checkpoint_moves (consumer, target, moved_by, partitions, before_offsets, after_offsets)
       VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
      [
        group,
        target,
        userInfo().username,
        partitions,
        steps.map(({ before }) => before),
        steps.map(({ after }) => after),
      ],
    );
    return rows[0]?.id ?? 0n;
  });
}
