import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { createPool, type Pool } from './pool.ts';
import { ReadOnlyDatabaseError, requireWritable } from './require-writable.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { transaction } from './transaction.ts';

let database: TestDatabase;
let pool: Pool;
let name: string;
beforeAll(async () => {
  database = await createTestDatabase([]);
  name = new URL(database.url).pathname.slice(1);
  await database.pool.query('CREATE TABLE things (name text)');
  pool = createPool({ connectionString: database.url, applicationName: 'writable', max: 2 });
});
const admin = async (sql: string): Promise<void> => {
  const other = createPool({
    connectionString: inject('infrastructure').postgresUrl,
    applicationName: 'admin',
  });
  await other.query(sql);
  await other.end();
};
afterEach(() => admin(`ALTER DATABASE "${name}" RESET ALL`));
afterAll(async () => {
  await pool.end();
  await database.drop();
});

describe('a database that must be writable', () => {
  it.each(['on', 'true', '1'])(
    'is refused while its default is read-only (%s), and accepted after that',
    async (value) => {
      await requireWritable(pool);
      // The pool has a session that was opened before, which may still write.
      await admin(`ALTER DATABASE "${name}" SET default_transaction_read_only = ${value}`);
      await expect(requireWritable(pool)).rejects.toThrow(ReadOnlyDatabaseError);
      // Now the pool opens a session that is read-only itself.
      await expect(requireWritable(pool)).rejects.toThrow(ReadOnlyDatabaseError);
      await admin(`ALTER DATABASE "${name}" RESET default_transaction_read_only`);
      await requireWritable(pool);
    },
  );

  it('is accepted when a role may write although the default of the database is read-only', async () => {
    await admin(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`);
    await admin(`ALTER ROLE CURRENT_USER IN DATABASE "${name}" SET default_transaction_read_only = off`);
    await requireWritable(pool);
    await admin(`ALTER ROLE CURRENT_USER IN DATABASE "${name}" RESET default_transaction_read_only`);
  });

  it('gets a new session for the next transaction after a write was refused in a read-only one', async () => {
    await pool.end();
    await admin(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`);
    pool = createPool({ connectionString: database.url, applicationName: 'writable', max: 1 });
    const write = (): Promise<unknown> =>
      transaction(pool, (tx) => tx.query('INSERT INTO things VALUES ($1)', ['kept']));
    await expect(write()).rejects.toMatchObject({ code: '25006' });
    await admin(`ALTER DATABASE "${name}" RESET default_transaction_read_only`);
    await write();
    expect((await pool.query('SELECT name FROM things')).rows).toEqual([{ name: 'kept' }]);
  });
});
