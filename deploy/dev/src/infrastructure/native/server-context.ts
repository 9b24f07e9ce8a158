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

/** PATH for the servers, and where they are looked for. */
export const serverPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The user name of the launcher at every private server. */
export const adminUser = 'gavel';

/** Passwords of one home: made once, kept readable by the launcher alone, safe in a URL. */
export async function serverPasswords(home: string): Promise<Readonly<Record<ServerName, string>>> {
  const file = join(home, 'passwords.json');
  const kept = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Partial<
    Record<ServerName, string>
  >;
  const secret = () => randomBytes(18).toString('hex');
  // A home of an earlier version knows fewer servers.
  const passwords = { postgres: secret(), rabbitmq: secret(), redis: secret(), nats: secret(), ...kept };
  if (Object.keys(kept).length < Object.keys(passwords).length)
    await writeFile(file, `${JSON.stringify(passwords)}\n`, { mode: 0o600 });
  return passwords;
}
