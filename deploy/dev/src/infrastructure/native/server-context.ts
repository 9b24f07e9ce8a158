import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunAs } from '../../process-control/run-as.ts';
import type { ServerName } from '../infrastructure.ts';
import type { ServerPorts } from './server-ports.ts';

/** What every private server of one infrastructure is made from. */
export interface ServerContext {
  readonly home: string;
  readonly ports: ServerPorts;
  readonly runAs: RunAs | undefined;
  readonly passwords: Readonly<Record<ServerName, string>>;
  readonly fsync: boolean;
  /** PATH for the servers. */
  readonly path: string;
}

/** The user name of the launcher at every private server. */
export const adminUser = 'gavel';

/** Passwords of one home: made once, kept readable by the launcher alone, safe in a URL. */
export async function serverPasswords(home: string): Promise<Readonly<Record<ServerName, string>>> {
  const file = join(home, 'passwords.json');
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return JSON.parse(kept) as Record<ServerName, string>;
  const secret = () => randomBytes(18).toString('hex');
  const passwords = { postgres: secret(), rabbitmq: secret(), redis: secret() };
  await writeFile(file, `${JSON.stringify(passwords)}\n`, { mode: 0o600 });
  return passwords;
}
