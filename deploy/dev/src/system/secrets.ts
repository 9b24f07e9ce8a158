import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseName } from '../processes.ts';

/** What one system keeps to itself: made at its first start, readable by the launcher's user alone, never printed. */
export interface Secrets {
  readonly databasePasswords: Readonly<Record<DatabaseName, string>>;
}

export async function readSecrets(directory: string): Promise<Secrets> {
  const file = join(directory, 'secrets.json');
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return JSON.parse(kept) as Secrets;
  const password = () => randomBytes(18).toString('hex');
  const secrets: Secrets = {
    databasePasswords: { gavel_auth: password(), gavel_bids: password(), gavel_stats: password() },
  };
  await writeFile(file, `${JSON.stringify(secrets)}\n`, { mode: 0o600 });
  return secrets;
}
