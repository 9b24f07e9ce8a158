import type { Transaction } from '@gavel/postgres/transaction';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { type FillShadowOptions, fillShadow } from './fill-shadow.ts';
import { quoted, shadowSchema } from './shadow-schema.ts';

/** Where the events come from that a group has committed since its shadow was filled. */
export type CatchUp = Pick<FillShadowOptions, 'databaseUrl' | 'streamUrl'>;

/**
 * The group's commits wait meanwhile. Together with the swap's own work this must stay below 15 s: then the commits would
 * fail and be retried.
 */
const CATCH_UP_MS = 5_000;

/** Locks a group's checkpoints. Until the end of the transaction no member can commit. Gives up after five seconds. */
export async function lockCheckpoints(tx: Transaction, consumer: string): Promise<void> {
  await tx.query("SET LOCAL lock_timeout = '5s'");
  await tx.query('SET LOCAL statement_timeout = 0');
  await tx.query(
    'SELECT 1 FROM public.checkpoints WHERE consumer = $1 ORDER BY stream_partition FOR UPDATE',
    [consumer],
  );
}

/**
 * Applies to the shadow what the group has committed and the shadow does not hold, for at most five seconds. The group's
 * checkpoints must be locked. Without `catchUp` it applies nothing. Returns the partitions that still miss something.
 */
export async function catchUpWith(
  tx: Transaction,
  definition: ConsumerDefinition,
  catchUp: CatchUp | undefined,
): Promise<string[]> {
  const missing = await findMissing(tx, definition);
  if (missing.size > 0 && catchUp !== undefined) {
    const signal = AbortSignal.timeout(CATCH_UP_MS);
    await fillShadow({ definition, ends: missing, signal, ...catchUp });
  }
  return missing.size > 0 ? [...(await findMissing(tx, definition)).keys()] : [];
}

/** The partitions in which the group has committed more than the shadow holds, with the group's offset. */
async function findMissing(tx: Transaction, definition: ConsumerDefinition): Promise<Map<string, bigint>> {
  const { rows } = await tx.query<{ partition: string; end: bigint }>(
    `SELECT live.stream_partition AS partition, live.last_offset AS end
     FROM public.checkpoints live
     LEFT JOIN ${quoted(shadowSchema(definition), 'checkpoints')} s USING (consumer, stream_partition)
     WHERE live.consumer = $1 AND live.last_offset > coalesce(s.last_offset, -1) ORDER BY 1`,
    [definition.name],
  );
  return new Map(rows.map(({ partition, end }) => [partition, end]));
}
