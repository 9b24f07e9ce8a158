import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '@gavel/postgres/pool';

const PATIENCE_MS = 60_000;
const BETWEEN_TRIES_MS = 250;

/** Repeats a step that may be repeated, because other faults may have stopped its server. Throws its last error in the end. */
export async function untilItWorks<T>(what: string, step: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await step();
    } catch (error) {
      if (performance.now() > deadline) {
        throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`, { cause: error });
      }
      await delay(BETWEEN_TRIES_MS);
    }
  }
}

/** One statement on a connection of its own. */
export async function queryOnce(
  connectionString: string,
  sql: string,
  values: unknown[],
): Promise<unknown[]> {
  const pool = createPool({ connectionString, applicationName: 'proving', max: 1 });
  try {
    return (await pool.query(sql, values)).rows;
  } finally {
    await pool.end();
  }
}
