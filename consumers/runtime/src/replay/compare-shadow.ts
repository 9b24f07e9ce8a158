import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { type CatchUp, catchUpWith, lockCheckpoints } from './catch-up.ts';
import { requireProjection } from './create-shadow.ts';
import { quoted, shadowSchema, withLongStatements } from './shadow-schema.ts';

/** One row that differs; null where the row does not exist. */
export interface RowDifference {
  readonly live: Readonly<Record<string, unknown>> | null;
  readonly replayed: Readonly<Record<string, unknown>> | null;
}

/** A table of the projection compared with its shadow. */
export interface TableComparison {
  readonly table: string;
  readonly liveRows: number;
  readonly replayedRows: number;
  /** Rows, by primary key, that only one of them has, or that have other values. */
  readonly onlyLive: number;
  readonly onlyReplayed: number;
  readonly changed: number;
  /** Up to ten of these rows. */
  readonly examples: readonly RowDifference[];
}

const EXAMPLES = 10;

/** How far live and replayed tables were in one partition when they were compared; null: nothing was applied. */
export interface ComparedOffsets {
  readonly partition: string;
  readonly live: bigint | null;
  readonly replayed: bigint | null;
}

export interface ShadowComparison {
  readonly tables: readonly TableComparison[];
  readonly offsets: readonly ComparedOffsets[];
  /** Whether both were at the same offset in every partition. Otherwise a difference may be events that one of them has not applied. */
  readonly atOneOffset: boolean;
}

/**
 * Compares every table of a projection with its shadow, in one snapshot. Members may be running: their commits wait until the
 * shadow has caught up with them (see catchUpWith) and the snapshot is taken, but not for the comparison itself. Throws an
 * error for a table without a primary key.
 */
export async function compareShadow(
  pool: Pool,
  definition: ConsumerDefinition,
  catchUp?: CatchUp,
): Promise<ShadowComparison> {
  const { tables } = requireProjection(definition);
  return withLongStatements(pool, (slow) =>
    transaction(slow, async (snapshot) => {
      await snapshot.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      await snapshot.query('SET LOCAL statement_timeout = 0');
      const offsets = await transaction(slow, async (tx) => {
        await lockCheckpoints(tx, definition.name);
        await catchUpWith(tx, definition, catchUp);
        // The first query takes the snapshot.
        return readOffsets(snapshot, definition);
      });
      const comparisons: TableComparison[] = [];
      for (const table of tables) {
        comparisons.push(await compareTable(snapshot, shadowSchema(definition), table));
      }
      const atOneOffset = offsets.every(({ live, replayed }) => live === replayed);
      return { tables: comparisons, offsets, atOneOffset };
    }),
  );
}

// A checkpoint before the first message of the shadow's range means that nothing was applied. A group without a checkpoint is
// before offset 0, where a shadow can be too after it has applied an older stream of that name, at negative offsets.
async function readOffsets(tx: Transaction, definition: ConsumerDefinition): Promise<ComparedOffsets[]> {
  const schema = shadowSchema(definition);
  const { rows } = await tx.query<ComparedOffsets>(
    `SELECT stream_partition AS partition,
       CASE WHEN coalesce(live.last_offset, -1) >= first_offset THEN coalesce(live.last_offset, -1) END AS live,
       CASE WHEN s.last_offset >= first_offset THEN s.last_offset END AS replayed
     FROM ${quoted(schema, 'replay_ranges')}
     JOIN ${quoted(schema, 'checkpoints')} s USING (stream_partition)
     LEFT JOIN public.checkpoints live USING (consumer, stream_partition)
     ORDER BY stream_partition`,
  );
  return rows;
}

async function compareTable(tx: Transaction, schema: string, table: string): Promise<TableComparison> {
  const key = (await primaryKey(tx, table)).map((column) => quoted(column));
  const joined = `FROM ${quoted('public', table)} l FULL JOIN ${quoted(schema, table)} r
    ON ${key.map((column) => `l.${column} = r.${column}`).join(' AND ')}`;
  const differs = 'to_jsonb(l) IS DISTINCT FROM to_jsonb(r)';
  const first = key[0];
  const { rows } = await tx.query<Omit<TableComparison, 'table' | 'examples'>>(
    `SELECT count(l.${first})::float8 AS "liveRows", count(r.${first})::float8 AS "replayedRows",
       count(*) FILTER (WHERE r.${first} IS NULL)::float8 AS "onlyLive",
       count(*) FILTER (WHERE l.${first} IS NULL)::float8 AS "onlyReplayed",
       count(*) FILTER (WHERE l.${first} IS NOT NULL AND r.${first} IS NOT NULL AND ${differs})::float8 AS changed
     ${joined}`,
  );
  const counts = rows[0];
  if (counts === undefined) throw new Error(`${table} was not compared`);
  const { rows: examples } = await tx.query<RowDifference>(
    `SELECT CASE WHEN l.${first} IS NULL THEN NULL ELSE to_jsonb(l) END AS live,
            CASE WHEN r.${first} IS NULL THEN NULL ELSE to_jsonb(r) END AS replayed
     ${joined} WHERE ${differs} ORDER BY ${key.map((column) => `coalesce(l.${column}, r.${column})`).join(', ')}
     LIMIT ${EXAMPLES}`,
  );
  return { table, ...counts, examples };
}

async function primaryKey(tx: Transaction, table: string): Promise<string[]> {
  const { rows } = await tx.query<{ column: string }>(
    `SELECT a.attname AS column FROM pg_index i
     CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, n)
     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
     WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY k.n`,
    [quoted('public', table)],
  );
  if (rows.length === 0) throw new Error(`${table} has no primary key, so its rows cannot be compared`);
  return rows.map(({ column }) => column);
}
