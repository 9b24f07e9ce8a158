import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import type { ConsumerDefinition, Projection } from '../define-consumer.ts';
import { quoted, runtimeTables, shadowSchema } from './shadow-schema.ts';

/** The part of one partition that a replay covers. */
export interface ReplayRange {
  readonly partition: string;
  /** The first offset to read. */
  readonly from: bigint;
  /** The last offset to read; null for the newest one at the time of the fill. */
  readonly until: bigint | null;
}

/** A range, and how far it has been applied. */
export interface ShadowPartition extends ReplayRange {
  /** Last offset applied; null if there is none yet. */
  readonly applied: bigint | null;
}

/**
 * Creates an empty shadow beside the live projection and removes an older one. Events that somebody has discarded count as
 * handled in it, so a replay does not bring them back. Throws a RangeError for a consumer that declares no projection.
 */
export async function createShadow(
  pool: Pool,
  definition: ConsumerDefinition,
  ranges: readonly ReplayRange[],
): Promise<void> {
  const { tables } = requireProjection(definition);
  const schema = shadowSchema(definition);
  await transaction(pool, async (tx) => {
    await tx.query(`DROP SCHEMA IF EXISTS ${quoted(schema)} CASCADE`);
    await tx.query(`CREATE SCHEMA ${quoted(schema)}`);
    for (const table of [...tables, ...runtimeTables]) await copyShape(tx, schema, table);
    const partitions = ranges.map(({ partition }) => partition);
    await tx.query(
      `INSERT INTO ${quoted(schema, 'checkpoints')} (consumer, stream_partition, last_offset)
       SELECT $1, name, first - 1 FROM unnest($2::text[], $3::bigint[]) AS range (name, first)`,
      [definition.name, partitions, ranges.map(({ from }) => from)],
    );
    await tx.query(
      `CREATE TABLE ${quoted(schema, 'replay_ranges')}
         (stream_partition text PRIMARY KEY, first_offset bigint NOT NULL, until_offset bigint)`,
    );
    await tx.query(
      `INSERT INTO ${quoted(schema, 'replay_ranges')} SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])`,
      [partitions, ranges.map(({ from }) => from), ranges.map(({ until }) => until)],
    );
    await tx.query(
      `INSERT INTO ${quoted(schema, 'processed_events')} (consumer, event_id)
       SELECT DISTINCT consumer, event_id FROM public.dead_letters
       WHERE consumer = $1 AND status = 'discarded' AND event_id IS NOT NULL`,
      [definition.name],
    );
  });
}

/** Removes a shadow if there is one. */
export async function dropShadow(pool: Pool, definition: ConsumerDefinition): Promise<void> {
  await pool.query(`DROP SCHEMA IF EXISTS ${quoted(shadowSchema(definition))} CASCADE`);
}

/** The ranges of a shadow and its progress; undefined if there is no shadow. */
export async function readShadow(
  pool: Pool,
  definition: ConsumerDefinition,
): Promise<ShadowPartition[] | undefined> {
  const schema = shadowSchema(definition);
  const { rows: found } = await pool.query<{ exists: boolean }>(
    'SELECT to_regclass($1) IS NOT NULL AS exists',
    [quoted(schema, 'replay_ranges')],
  );
  if (found[0]?.exists !== true) return undefined;
  const { rows } = await pool.query<ShadowPartition>(
    `SELECT stream_partition AS partition, first_offset AS "from", until_offset AS until,
       CASE WHEN last_offset >= first_offset THEN last_offset END AS applied
     FROM ${quoted(schema, 'replay_ranges')} JOIN ${quoted(schema, 'checkpoints')} USING (stream_partition)
     ORDER BY stream_partition`,
  );
  return rows;
}

/** Throws a RangeError for a consumer that declares no projection. */
export function requireProjection(definition: ConsumerDefinition): Projection {
  if (definition.projection !== undefined) return definition.projection;
  throw new RangeError(`${definition.name} declares no projection, so it cannot be replayed`);
}

// LIKE copies columns, defaults, checks, identities and indexes, but no storage settings such as fillfactor.
async function copyShape(tx: Transaction, schema: string, table: string): Promise<void> {
  const copy = quoted(schema, table);
  await tx.query(`CREATE TABLE ${copy} (LIKE ${quoted('public', table)} INCLUDING ALL)`);
  const { rows } = await tx.query<{ options: string[] | null }>(
    'SELECT reloptions AS options FROM pg_class WHERE oid = $1::regclass',
    [quoted('public', table)],
  );
  const options = rows[0]?.options ?? [];
  if (options.length > 0) await tx.query(`ALTER TABLE ${copy} SET (${options.join(', ')})`);
}
