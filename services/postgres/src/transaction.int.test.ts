import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { transaction } from './transaction.ts';

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
