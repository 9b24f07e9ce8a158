import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MigrationSet, migrate } from './migrate.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

let database: TestDatabase;
let folder: string;
let set: MigrationSet;
beforeAll(async () => {
  database = await createTestDatabase([]);
  folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  set = { name: 'demo', directory: pathToFileURL(`${folder}/`) };
  await writeFile(join(folder, '0001-first.sql'), 'CREATE TABLE first (id int);');
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

describe('migrate', () => {
  it('runs each file once when several processes migrate at the same time', async () => {
    const ran = await Promise.all(Array.from({ length: 5 }, () => migrate(database.pool, [set])));
    expect(ran.flat()).toEqual(['demo/0001-first.sql']);
  });

  it('rolls a failed file back completely, and runs it again next time', async () => {
    const second = join(folder, '0002-second.sql');
    await writeFile(second, 'CREATE TABLE second (id int); SELECT 1/0;');
    await expect(migrate(database.pool, [set])).rejects.toThrow('demo/0002-second.sql failed');
    await writeFile(second, 'CREATE TABLE second (id int);');
    expect(await migrate(database.pool, [set])).toEqual(['demo/0002-second.sql']);
  });

  it('ignores the timeouts of its pool, for long files and while it waits for another process', async () => {
    const third = { name: 'slow', directory: pathToFileURL(`${folder}/slow/`) };
    await mkdir(join(folder, 'slow'));
    await writeFile(join(folder, 'slow', '0001-slow.sql'), 'SELECT pg_sleep(0.5);');
    const shortTimeouts = {
      connectionString: database.url,
      statement_timeout: 100,
      lock_timeout: 100,
      query_timeout: 200,
    };
    const pool = new pg.Pool(shortTimeouts);
    const ran = await Promise.all([migrate(pool, [third]), migrate(pool, [third])]);
    await pool.end();
    expect(ran.flat()).toEqual(['slow/0001-slow.sql']);
  });

  it('refuses a file that was edited after it had run', async () => {
    await writeFile(join(folder, '0001-first.sql'), 'CREATE TABLE first (id bigint);');
    await expect(migrate(database.pool, [set])).rejects.toThrow(/edited after it had run/);
  });

  it('refuses a gap in the numbers', async () => {
    await writeFile(join(folder, '0004-late.sql'), 'SELECT 1;');
    await expect(migrate(database.pool, [set])).rejects.toThrow(/out of order/);
  });
});
