import { randomBytes } from 'node:crypto';
import { migrate } from '@gavel/postgres/migrate';
import { createPool } from '@gavel/postgres/pool';
import { type DatabaseName, databases } from '@gavel/processes';
import pg from 'pg';

/**
 * Creates the system's databases. As in production, each has its own owner role, so a process that uses the tables of
 * another database fails here too.
 * @param postgresUrl URL of a superuser
 * @param suffix separates several systems on one server
 */
export async function createDatabases(
  postgresUrl: string,
  suffix: string,
): Promise<Record<DatabaseName, string>> {
  const admin = new pg.Client({ connectionString: postgresUrl });
  await admin.connect();
  try {
    const urls: Partial<Record<DatabaseName, string>> = {};
    for (const { name } of databases) urls[name] = await createDatabase(admin, postgresUrl, name, suffix);
    return urls as Record<DatabaseName, string>;
  } finally {
    await admin.end();
  }
}

/** Brings the system's databases to the newest schema. */
export async function migrateDatabases(urls: Readonly<Record<DatabaseName, string>>): Promise<void> {
  await Promise.all(
    databases.map(async ({ name, migrations }) => {
      const pool = createPool({ connectionString: urls[name], max: 1, applicationName: 'gavel-migrate' });
      try {
        await migrate(pool, migrations);
      } finally {
        await pool.end();
      }
    }),
  );
}

/** Drops what `createDatabases` created with this suffix, and closes open connections to it. */
export async function dropDatabases(postgresUrl: string, suffix: string): Promise<void> {
  const admin = new pg.Client({ connectionString: postgresUrl });
  await admin.connect();
  try {
    for (const { name } of databases) {
      await admin.query(`DROP DATABASE IF EXISTS ${admin.escapeIdentifier(name + suffix)} WITH (FORCE)`);
      await admin.query(`DROP ROLE IF EXISTS ${admin.escapeIdentifier(name + suffix)}`);
    }
  } finally {
    await admin.end();
  }
}

async function createDatabase(
  admin: pg.Client,
  postgresUrl: string,
  database: DatabaseName,
  suffix: string,
): Promise<string> {
  const name = database + suffix;
  const identifier = admin.escapeIdentifier(name);
  const password = randomBytes(12).toString('hex');
  await admin.query(`CREATE ROLE ${identifier} LOGIN PASSWORD ${admin.escapeLiteral(password)}`);
  await admin.query(`CREATE DATABASE ${identifier} OWNER ${identifier}`);
  const url = new URL(postgresUrl);
  url.username = name;
  url.password = password;
  url.pathname = `/${name}`;
  return url.href;
}
