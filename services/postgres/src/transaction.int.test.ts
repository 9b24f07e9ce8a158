import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createPool } from './pool.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { afterChange, isOutcomeUnknown, transaction } from './transaction.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase([]);
  await database.pool.query('CREATE TABLE things (name text PRIMARY KEY, size bigint)');
});
afterAll(() => database.drop());

const names = async (): Promise<string[]> =>
  (await database.pool.query<{ name: string }>('SELECT name FROM things ORDER BY name')).rows.map(
    (r) => r.name,
  );

const insert = (name: string) => ({ text: 'INSERT INTO things VALUES ($1)', values: [name] });

describe('transaction', () => {
  it('runs after-commit effects after the commit', async () => {
    const seen: string[] = [];
    await transaction(database.pool, async (tx) => {
      tx.afterCommit(() => seen.push('after'));
      await tx.query('INSERT INTO things VALUES ($1, $2)', ['kept', 2n ** 60n]);
      expect(seen).toEqual([]);
    });
    expect(seen).toEqual(['after']);
    const { rows } = await database.pool.query<{ size: bigint }>(
      `SELECT size FROM things WHERE name = 'kept'`,
    );
    expect(rows[0]?.size).toBe(2n ** 60n);
  });

  it('rolls back when the work throws, throws the same error and runs no effect', async () => {
    const failure = new Error('no');
    const seen: string[] = [];
    const work = transaction(database.pool, async (tx) => {
      tx.afterCommit(() => seen.push('after'));
      await tx.query('INSERT INTO things VALUES ($1)', ['dropped']);
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect(await names()).not.toContain('dropped');
    expect(seen).toEqual([]);
  });

  it('fails when an ignored statement error has aborted it', async () => {
    const work = transaction(database.pool, async (tx) => {
      await tx.query('INSERT INTO things VALUES ($1)', ['swallowed']);
      await tx.query('SELECT 1/0').catch(() => undefined);
    });
    await expect(work).rejects.toThrow(/rolled back at commit/);
    expect(await names()).not.toContain('swallowed');
  });

  const failureOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error) => error,
    );
  const terminate = (pid: number | undefined) =>
    database.pool.query('SELECT pg_terminate_backend($1)', [pid]);

  it('has an unknown outcome only when the answer to COMMIT is lost', async () => {
    const refusing = createPool({
      connectionString: 'postgresql://a@127.0.0.1:1/a',
      applicationName: 'test',
    });
    const refused = await failureOf(transaction(refusing, (tx) => tx.query('SELECT 1')));
    await refusing.end();
    const before = await failureOf(
      transaction(database.pool, async (tx) => {
        const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        await terminate(rows[0]?.pid);
        await tx.query('SELECT 1');
      }),
    );
    await database.pool.query(`
      CREATE TABLE slow (name text);
      CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(20); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION linger()`);
    const slow = `INSERT INTO slow VALUES ('x')`;
    const during = failureOf(transaction(database.pool, (tx) => tx.query(slow)));
    const together = failureOf(
      transaction(database.pool, async (tx) => {
        await tx.query('SELECT 1');
        await tx.commitWith([{ text: slow }]);
      }),
    );
    await vi.waitFor(
      async () => {
        const { rows } = await database.pool.query<{ pid: number }>(
          `SELECT pid FROM pg_stat_activity
           WHERE datname = current_database() AND query = 'COMMIT' AND wait_event = 'PgSleep'`,
        );
        expect(rows).toHaveLength(2);
        for (const { pid } of rows) await terminate(pid);
      },
      { timeout: 20_000, interval: 20 },
    );
    const data = await failureOf(transaction(database.pool, (tx) => tx.query('SELECT 1/0')));
    expect([refused, before, data].map((error) => [error instanceof Error, isOutcomeUnknown(error)])).toEqual(
      [
        [true, false],
        [true, false],
        [true, false],
      ],
    );
    expect(isOutcomeUnknown(await during)).toBe(true);
    expect(isOutcomeUnknown(await together)).toBe(true);
  });

  it('stores statements that are sent together with COMMIT, after a first one that was sent together with BEGIN', async () => {
    const seen: string[] = [];
    const read = await transaction(
      database.pool,
      async (tx) => {
        const { rows } = await tx.query<{ xid: string | null }>('SELECT pg_current_xact_id() AS xid');
        tx.afterCommit(() => seen.push('after'));
        await tx.commitWith([insert('together'), insert('with it')]);
        return rows[0]?.xid;
      },
      { firstStatementReads: true },
    );
    const { rows } = await database.pool.query(
      `SELECT name FROM things WHERE xmin::text::bigint = $1::bigint ORDER BY name`,
      [read],
    );
    expect(rows).toEqual([{ name: 'together' }, { name: 'with it' }]);
    expect(seen).toEqual(['after']);
  });

  it('stores nothing when one of the statements that are sent with COMMIT fails, and says so', async () => {
    const seen: string[] = [];
    const failing = [insert('before'), { text: 'SELECT 1/0' }, insert('behind')];
    const failure = await failureOf(
      transaction(database.pool, async (tx) => {
        await tx.query('SELECT 1');
        tx.afterCommit(() => seen.push('after'));
        await tx.commitWith(failing);
      }),
    );
    expect(failure).toMatchObject({ code: '22012' });
    expect(isOutcomeUnknown(failure)).toBe(false);
    expect(await names()).not.toContain('before');
    expect(await names()).not.toContain('behind');
    expect(seen).toEqual([]);
  });

  it('refuses a statement after its COMMIT', async () => {
    const late = transaction(database.pool, async (tx) => {
      await tx.query('SELECT 1');
      await tx.commitWith([insert('in time')]);
      await tx.query('SELECT 1');
    });
    await expect(late).rejects.toThrow(/after the COMMIT/);
    expect(await names()).toContain('in time');
  });

  it('has an unknown outcome for the caller when a read after the commit fails', async () => {
    const lost = new Error('Connection terminated');
    expect(await afterChange(async () => 'read')).toBe('read');
    await expect(afterChange(() => Promise.reject(lost))).rejects.toBe(lost);
    expect(isOutcomeUnknown(lost)).toBe(true);
  });

  it('fails when its connection is lost, and the pool still works', async () => {
    const work = transaction(database.pool, async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await database.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
      await tx.query('SELECT 1');
    });
    await expect(work).rejects.toThrow();
    expect(await names()).toContain('kept');
  });
});
