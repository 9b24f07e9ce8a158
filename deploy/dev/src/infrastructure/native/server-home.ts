import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { canEnter, type RunAs } from '../../process-control/run-as.ts';

const elsewhere = '/var/lib/gavel';
const noteFile = 'servers-are-in';

/**
 * The folder for the servers' data and logs: `<directory>/servers`, unless the unprivileged user cannot reach it (a
 * checkout under /root, say) or its path holds a space (RabbitMQ's scripts do not quote); then a folder of its own
 * under /var/lib/gavel, which a note in `directory` names so that `removeServerHome` finds it.
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
  report(`${inside} cannot be used by ${runAs?.user ?? 'the servers'}: server data goes to ${outside}`);
  return outside;
}

/** The folder for the unpacked RabbitMQ: `cache`, or /var/lib/gavel/cache for the same reasons as above. */
export async function usableCache(cache: string, runAs: RunAs | undefined): Promise<string> {
  await mkdir(cache, { recursive: true, mode: 0o755 });
  const usable = !/\s/.test(cache) && (await canEnter(cache, runAs));
  return usable ? cache : join(elsewhere, 'cache');
}

/** Removes all that a stopped infrastructure left under `directory`, wherever its servers lived. */
export async function removeServerHome(directory: string): Promise<void> {
  const outside = (await readFile(join(directory, noteFile), 'utf8').catch(() => '')).trim();
  if (outside.startsWith(`${elsewhere}/`)) await rm(outside, { recursive: true, force: true });
  await rm(directory, { recursive: true, force: true });
}
