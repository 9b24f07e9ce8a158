import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatabaseName, databases } from '@gavel/processes';

/** What one system keeps to itself: made at its first start, readable by the launcher's user alone, never printed. */
export interface Secrets {
  readonly databasePasswords: Readonly<Record<DatabaseName, string>>;
}

/** Those of an earlier version of the system stay, and databases that it did not have get theirs. */
export async function readSecrets(directory: string): Promise<Secrets> {
  const file = join(directory, 'secrets.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const kept = text === undefined ? undefined : (JSON.parse(text) as Partial<Secrets>).databasePasswords;
  const password = () => randomBytes(18).toString('hex');
  const fresh = Object.fromEntries(databases.map(({ name }) => [name, password()])) as Record<
    DatabaseName,
    string
  >;
  const secrets: Secrets = { databasePasswords: { ...fresh, ...kept } };
  const written = `${JSON.stringify(secrets)}\n`;
  if (written !== text) await writeFile(file, written, { mode: 0o600 });
  return secrets;
}
