import { createPool, type Pool } from '@gavel/postgres/pool';
import type { ConsumerDefinition } from '../define-consumer.ts';

/** A statement over a whole projection may take hours. A server that has vanished is noticed by TCP meanwhile. */
const ANSWER_MS = 6 * 3600 * 1000;

/** The schema of a shadow. It holds the projection's and the runtime's tables under the same names as the live ones. */
export function shadowSchema(definition: Pick<ConsumerDefinition, 'name'>): string {
  return `replay_${definition.name.replaceAll('-', '_')}`;
}

/** The schema that keeps the tables that a swap has replaced, until the next swap. */
export function replacedSchema(definition: Pick<ConsumerDefinition, 'name'>): string {
  return `replaced_${definition.name.replaceAll('-', '_')}`;
}

/** The runtime's tables that a consumer's transaction writes. */
export const runtimeTables = ['checkpoints', 'processed_events', 'dead_letters'] as const;

/**
 * A pool whose sessions resolve names without a schema to the shadow's tables, and to nothing else. So the code that applies
 * live events works on the shadow without a change: handler, checkpoints, processed events and dead letters. A handler that
 * writes a table which its projection does not list fails; it must not add old events to the live table.
 */
export function createShadowPool(databaseUrl: string, definition: ConsumerDefinition, max: number): Pool {
  const url = new URL(databaseUrl);
  url.searchParams.set('options', `-c search_path=${shadowSchema(definition)}`);
  return createPool({ connectionString: url.href, applicationName: `replay ${definition.name}`, max });
}

/** Runs work with a pool of two connections to the same database that waits hours for an answer, not 35 s as the given pool. */
export async function withLongStatements<T>(pool: Pool, work: (slow: Pool) => Promise<T>): Promise<T> {
  const { connectionString } = pool.options;
  if (connectionString === undefined) throw new TypeError('the pool was created without a URL');
  const slow = createPool({
    connectionString,
    applicationName: 'replay',
    max: 2,
    answerTimeoutMs: ANSWER_MS,
  });
  try {
    return await work(slow);
  } finally {
    await slow.end();
  }
}

/** Quotes names for SQL and joins them with dots. */
export function quoted(...names: readonly string[]): string {
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
}
