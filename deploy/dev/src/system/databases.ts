import type { DatabaseName } from '@gavel/processes';
import pg from 'pg';
import type { Secrets } from './secrets.ts';

/**
 * Makes the databases and an owner role for each, or leaves them as they are; the roles' passwords are set to ours.
 * @returns one URL per database, signed in as its owner
 */
export async function ensureDatabases(
  postgresUrl: string,
  secrets: Secrets,
): Promise<Readonly<Record<DatabaseName, string>>> {
  const names = Object.keys(secrets.databasePasswords) as DatabaseName[];
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    for (const name of names) await ensureDatabase(client, name, secrets.databasePasswords[name]);
  } finally {
    await client.end();
  }
  const entries = names.map((name) => [name, ownerUrl(postgresUrl, name, secrets.databasePasswords[name])]);
  return Object.fromEntries(entries) as Record<DatabaseName, string>;
}

async function ensureDatabase(client: pg.Client, name: DatabaseName, password: string): Promise<void> {
  const role = pg.escapeIdentifier(name);
  const secret = pg.escapeLiteral(password);
  const roles = await client.query('select 1 from pg_roles where rolname = $1', [name]);
  // Roles and databases take no parameters: both words are quoted, and neither comes from outside.
  await client.query(`${roles.rowCount === 0 ? 'create' : 'alter'} role ${role} login password ${secret}`);
  const databases = await client.query('select 1 from pg_database where datname = $1', [name]);
  if (databases.rowCount === 0) await client.query(`create database ${role} owner ${role}`);
  await client.query(`revoke all on database ${role} from public`);
}

function ownerUrl(postgresUrl: string, name: DatabaseName, password: string): string {
  const url = new URL(postgresUrl);
  url.username = name;
  url.password = password;
  url.pathname = `/${name}`;
  return url.href;
}
