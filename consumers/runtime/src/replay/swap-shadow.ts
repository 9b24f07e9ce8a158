import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { type CatchUp, catchUpWith, lockCheckpoints } from './catch-up.ts';
import { requireProjection } from './create-shadow.ts';
import { quoted, replacedSchema, shadowSchema, withLongStatements } from './shadow-schema.ts';
import { forgetLaterParked, keepRecords, takeOverRecords } from './take-over-records.ts';

export type SwapOutcome =
  | { readonly outcome: 'swapped' }
  /** The group has committed more than the shadow holds: fill the shadow and try again. */
  | { readonly outcome: 'behind'; readonly partitions: readonly string[] }
  /** Other objects (such as views) depend on the live tables and would stay with the old ones. */
  | { readonly outcome: 'entangled'; readonly with: readonly string[] };

export interface SwapOptions {
  /**
   * Swap even if the group has committed more than the shadow holds: the group then continues from the shadow's
   * checkpoints.
   */
  readonly backwards?: boolean;
  /**
   * The source of the events that the group has committed since the shadow was filled. They are applied to the shadow while
   * the group waits, for at most five seconds. Without this, a running group stays ahead of every fill.
   */
  readonly catchUp?: CatchUp;
}

/**
 * Replaces the live projection by the shadow, in one transaction with everything that belongs to it: checkpoints, processed
 * events and dead letters. The old tables are moved to a schema of their own.
 *
 * Members may be running. Each of their transactions starts with the compare-and-set of a checkpoint, and the swap starts by
 * locking the checkpoints: a running transaction ends before the swap, a later one sees the new tables and the new
 * checkpoint, and applies only what follows it.
 */
export async function swapShadow(
  pool: Pool,
  definition: ConsumerDefinition,
  options: SwapOptions = {},
): Promise<SwapOutcome> {
  const { tables } = requireProjection(definition);
  const [shadow, replaced] = [shadowSchema(definition), replacedSchema(definition)];
  return withLongStatements(pool, (slow) =>
    transaction(slow, async (tx) => {
      const entanglements = await findEntanglements(tx, tables);
      if (entanglements.length > 0) return { outcome: 'entangled', with: entanglements };
      await lockCheckpoints(tx, definition.name);
      if (options.backwards !== true) {
        const partitions = await catchUpWith(tx, definition, options.catchUp);
        if (partitions.length > 0) return { outcome: 'behind', partitions };
      }
      await tx.query(`DROP SCHEMA IF EXISTS ${quoted(replaced)} CASCADE`);
      await exchange(tx, definition, shadow);
      return { outcome: 'swapped' };
    }),
  );
}

export type UndoOutcome =
  | { readonly outcome: 'undone' }
  /** No swap has kept its tables, or an older version of Gavel did, without the records that belong to them. */
  | { readonly outcome: 'nothing-kept' }
  | { readonly outcome: 'entangled'; readonly with: readonly string[] };

/**
 * Brings the tables back that the last swap has replaced, in one transaction with the checkpoints, processed events and
 * parked events of that moment. The group then reads again what it has committed since, into the old tables. What the undo
 * replaces is kept in the same way, so an undo can be undone. Members may be running, as during a swap.
 *
 * @param check called with the offsets from which the group would continue, while its checkpoints are locked; throws to refuse
 */
export async function undoSwap(
  pool: Pool,
  definition: ConsumerDefinition,
  check: (positions: readonly KeptPosition[]) => void,
): Promise<UndoOutcome> {
  const { tables } = requireProjection(definition);
  const [kept, leaving] = [replacedSchema(definition), `undo_${shadowSchema(definition)}`];
  return withLongStatements(pool, (slow) =>
    transaction(slow, async (tx) => {
      const entanglements = await findEntanglements(tx, tables);
      if (entanglements.length > 0) return { outcome: 'entangled', with: entanglements };
      await lockCheckpoints(tx, definition.name);
      if (!(await hasRecords(tx, kept))) return { outcome: 'nothing-kept' };
      const { rows } = await tx.query<KeptPosition>(
        `SELECT stream_partition AS partition, last_offset AS "offset" FROM ${quoted(kept, 'checkpoints')}
         ORDER BY stream_partition`,
      );
      check(rows);
      await tx.query(`ALTER SCHEMA ${quoted(kept)} RENAME TO ${quoted(leaving)}`);
      await exchange(tx, definition, leaving, () => forgetLaterParked(tx, definition.name, leaving));
      return { outcome: 'undone' };
    }),
  );
}

/** Where a group was when its tables were replaced. */
export interface KeptPosition {
  readonly partition: string;
  /** The last committed offset; null before the first. */
  readonly offset: bigint | null;
}

/** Keeps the live tables and their records in a schema of their own, makes those of `incoming` the live ones, and removes `incoming`. */
async function exchange(
  tx: Transaction,
  definition: ConsumerDefinition,
  incoming: string,
  onceKept?: () => Promise<void>,
): Promise<void> {
  const { tables } = requireProjection(definition);
  const replaced = replacedSchema(definition);
  await tx.query(`CREATE SCHEMA ${quoted(replaced)}`);
  // Slow work comes first: after the first ALTER nobody can read the projection until the commit.
  await keepRecords(tx, definition.name, replaced);
  await onceKept?.();
  await takeOverRecords(tx, definition.name, incoming);
  for (const table of tables) {
    await tx.query(`ALTER TABLE ${quoted('public', table)} SET SCHEMA ${quoted(replaced)}`);
    await tx.query(`ALTER TABLE ${quoted(incoming, table)} SET SCHEMA public`);
  }
  await tx.query(`DROP SCHEMA ${quoted(incoming)} CASCADE`);
}

async function hasRecords(tx: Transaction, schema: string): Promise<boolean> {
  const { rows } = await tx.query<{ has: boolean }>('SELECT to_regclass($1) IS NOT NULL AS has', [
    quoted(schema, 'checkpoints'),
  ]);
  return rows[0]?.has === true;
}

// Views, foreign keys, triggers and grants belong to the table that they were created on, not to its name.
async function findEntanglements(tx: Transaction, tables: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ what: string }>(
    `WITH live AS (SELECT oid, relname, relacl, relowner FROM pg_class
                   WHERE oid = ANY (SELECT quote_ident(t)::regclass::oid FROM unnest($1::text[]) t))
     SELECT 'view ' || r.ev_class::regclass AS what FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
       JOIN live ON live.oid = d.refobjid
       WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
     UNION SELECT 'foreign key ' || c.conname FROM pg_constraint c
       JOIN live ON live.oid IN (c.conrelid, c.confrelid) WHERE c.contype = 'f'
     UNION SELECT 'trigger ' || t.tgname FROM pg_trigger t JOIN live ON live.oid = t.tgrelid WHERE NOT t.tgisinternal
     UNION SELECT 'grants on ' || relname FROM live
       WHERE EXISTS (SELECT FROM aclexplode(relacl) a WHERE a.grantee <> relowner)`,
    [tables],
  );
  return rows.map(({ what }) => what);
}
