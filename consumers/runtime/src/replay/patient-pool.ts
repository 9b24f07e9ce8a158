import { createPool, type Pool } from '@gavel/postgres/pool';

/** A statement over a whole projection takes its time; a server that has vanished is noticed by TCP meanwhile. */
const ANSWER_MS = 6 * 3600 * 1000;

/** Lends a pool to the same database that does not give up an answer after 35 s, as the given one does. */
export async function withPatientPool<T>(pool: Pool, work: (patient: Pool) => Promise<T>): Promise<T> {
  const { connectionString } = pool.options;
  if (connectionString === undefined) throw new TypeError('the pool was made without a URL');
  const patient = createPool({
    connectionString,
    applicationName: 'replay',
    max: 1,
    answerTimeoutMs: ANSWER_MS,
  });
  try {
    return await work(patient);
  } finally {
    await patient.end();
  }
}
