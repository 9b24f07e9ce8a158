import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { requireProjection } from './create-shadow.ts';
import { type FillShadowOptions, fillShadow } from './fill-shadow.ts';
import { withPatientPool } from './patient-pool.ts';
import { quoted, replacedSchema, shadowSchema } from './shadow-schema.ts';
import { takeOverRecords } from './take-over-records.ts';

export type SwapOutcome =
  | { readonly outcome: 'swapped' }
  /** The group has committed more than the shadow holds: fill it up and try again. */
  | { readonly outcome: 'behind'; readonly partitions: readonly string[] }
  /** Something hangs on the live tables that would not move to the new ones. */
  | { readonly outcome: 'entangled'; readonly with: readonly string[] };

export interface SwapOptions {
  /** Swap also when the group has committed more than the shadow holds: it then reads on from the shadow's place. */
  readonly backwards?: boolean;
  /**
   * Where events come from that the group has committed since the shadow was filled: they are applied to it while the group
   * waits, for five seconds at most. Without it a group at work stays ahead of every fill.
   */
  readonly catchUp?: Pick<FillShadowOptions, 'databaseUrl' | 'streamUrl'>;
}

/**
 * The group's commits wait meanwhile: together with the swap's own work this stays below the 15 s after which they would
 * fail and be tried again.
 */
const CATCH_UP_MS = 5_000;

/**
 * Puts the shadow in the live projection's place, in one transaction with everything that belongs to it: checkpoints,
 * processed events and dead letters. The old tables go to a schema of their own.
 *
 * Members may be at work. Each of their transactions begins with the checkpoint's compare-and-set, and the checkpoints are
 * locked here first: one that is under way ends before, one that comes after sees the new tables and the new
 * checkpoint, and applies only what follows it.
 */
export async function swapShadow(
  pool: Pool,
  definition: ConsumerDefinition,
  options: SwapOptions = {},
): Promise<SwapOutcome> {
  const { tables } = requireProjection(definition);
  const [shadow, replaced] = [shadowSchema(definition), replacedSchema(definition)];
  return withPatientPool(pool, (patient) =>
    transaction(patient, async (tx) => {
      await tx.query("SET LOCAL lock_timeout = '5s'");
      await tx.query('SET LOCAL statement_timeout = 0');
      const entanglements = await findEntanglements(tx, tables);
      if (entanglements.length > 0) return { outcome: 'entangled', with: entanglements };
      await lockCheckpoints(tx, definition.name);
      if (options.backwards !== true) {
        const missing = await findMissing(tx, definition.name, shadow);
        if (missing.size > 0 && options.catchUp !== undefined) {
          const signal = AbortSignal.timeout(CATCH_UP_MS);
          await fillShadow({ definition, ends: missing, signal, ...options.catchUp });
        }
        const partitions =
          missing.size > 0 ? [...(await findMissing(tx, definition.name, shadow)).keys()] : [];
        if (partitions.length > 0) return { outcome: 'behind', partitions };
      }
      // What takes long comes first: from the first ALTER on nobody can read the projection.
      await takeOverRecords(tx, definition.name, shadow);
      await tx.query(`DROP SCHEMA IF EXISTS ${quoted(replaced)} CASCADE`);
      await tx.query(`CREATE SCHEMA ${quoted(replaced)}`);
      for (const table of tables) {
        await tx.query(`ALTER TABLE ${quoted('public', table)} SET SCHEMA ${quoted(replaced)}`);
        await tx.query(`ALTER TABLE ${quoted(shadow, table)} SET SCHEMA public`);
      }
      await tx.query(`DROP SCHEMA ${quoted(shadow)} CASCADE`);
      return { outcome: 'swapped' };
    }),
  );
}

async function lockCheckpoints(tx: Transaction, consumer: string): Promise<void> {
  await tx.query(
    'SELECT 1 FROM public.checkpoints WHERE consumer = $1 ORDER BY stream_partition FOR UPDATE',
    [consumer],
  );
}

/** The partitions in which the group has committed more than the shadow holds, and up to where. */
async function findMissing(tx: Transaction, consumer: string, shadow: string): Promise<Map<string, bigint>> {
  const { rows } = await tx.query<{ partition: string; end: bigint }>(
    `SELECT live.stream_partition AS partition, live.last_offset AS end
     FROM public.checkpoints live LEFT JOIN ${quoted(shadow, 'checkpoints')} s USING (consumer, stream_partition)
     WHERE live.consumer = $1 AND live.last_offset > coalesce(s.last_offset, -1) ORDER BY 1`,
    [consumer],
  );
  return new Map(rows.map(({ partition, end }) => [partition, end]));
}

// Views, foreign keys and rules follow the table that they were made on, not its name; triggers and grants stay with it.
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
