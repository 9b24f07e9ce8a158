import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { canEnter, type RunAs } from '../../process-control/run-as.ts';

const elsewhere = '/var/lib/gavel';
const noteFile = 'servers-are-in';

/**
 * The folder for the data and logs of the servers. Normally `<directory>/servers`. When the unprivileged user cannot enter that
 * (for example below /root), or its path contains a space (which RabbitMQ's scripts do not quote), it is a folder in /var/lib/gavel.
 * A file in `directory` then names that folder, so that `removeServerHome` finds it.
 */
export async function serverHome(
  directory: string,
  runAs: RunAs | undefined,
  report: (line: string) => void,
): Promise<string> {
  const inside = join(directory, 'servers');
  await mkdir(inside, { recursive: true, mode: 0o755 });
  if (!/\s/.test(inside) && (await canEnter(inside, runAs))) return inside;
  const name = `${basename(directory).replaceAll(/[^\w.-]/g, '-')}-${createHash('sha256').update(directory).digest('hex').slice(0, 10)}`;
  const outside = join(elsewhere, name);
  await mkdir(outside, { recursive: true, mode: 0o755 });
  await writeFile(join(directory, noteFile), `${outside}\n`);
  report(`${runAs?.user ?? 'RabbitMQ'} cannot use ${inside}; the data of the servers is in ${outside}`);
  return outside;
}

/** The folder for downloaded programs: `cache`, or /var/lib/gavel/cache for the reasons given for `serverHome`. */
export async function usableCache(cache: string, runAs: RunAs | undefined): Promise<string> {
  await mkdir(cache, { recursive: true, mode: 0o755 });
  const usable = !/\s/.test(cache) && (await canEnter(cache, runAs));
  return usable ? cache : join(elsewhere, 'cache');
}

/** Removes `directory` and the folder of its servers, which must be stopped. */
export async function removeServerHome(directory: string): Promise<void> {
  const outside = (await readFile(join(directory, noteFile), 'utf8').catch(() => '')).trim();
  if (outside.startsWith(`${elsewhere}/`)) await rm(outside, { recursive: true, force: true });
  await rm(directory, { recursive: true, force: true });
}
