import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunAs } from '../../process-control/run-as.ts';
import type { ServerName } from '../infrastructure.ts';
import type { ServerPorts } from './server-ports.ts';

/** The settings that the private servers of one infrastructure have in common. */
export interface ServerContext {
  /** The folder for data and logs. */
  readonly home: string;
  readonly ports: ServerPorts;
  readonly runAs: RunAs | undefined;
  readonly passwords: Readonly<Record<ServerName, string>>;
  readonly fsync: boolean;
  /** PATH of the servers. */
  readonly path: string;
}

/** PATH of the servers, in which their programs are searched as well. */
export const serverPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The launcher's user name on every private server. */
export const adminUser = 'gavel';

/** The passwords of the servers, safe to use in a URL. Created at the first start, in a file that only the launcher's user can read. */
export async function serverPasswords(home: string): Promise<Readonly<Record<ServerName, string>>> {
  const file = join(home, 'passwords.json');
  const kept = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Partial<
    Record<ServerName, string>
  >;
  const secret = () => randomBytes(18).toString('hex');
  // The file of an earlier version may have passwords for fewer servers.
  const passwords = { postgres: secret(), rabbitmq: secret(), redis: secret(), nats: secret(), ...kept };
  if (Object.keys(kept).length < Object.keys(passwords).length)
    await writeFile(file, `${JSON.stringify(passwords)}\n`, { mode: 0o600 });
  return passwords;
}
