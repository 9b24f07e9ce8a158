import { chmod, copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { holdLock } from '../../process-control/hold-lock.ts';
import { findBinary, isExecutable, namesIn } from './find-binary.ts';
import { openPrivateApt, runInstallStep, suite } from './private-apt.ts';

const product = 'nats-server';

/**
 * The path of a nats-server. When none is installed, the program is taken from Debian's package and stored in `cache`. The
 * package itself is not installed, because its system service would start at the next boot.
 */
export async function ensureNatsBinary(
  path: string,
  cache: string,
  report: (line: string) => void,
): Promise<string> {
  const kept = join(cache, 'nats-server');
  const present = findBinary('nats-server', path) ?? (isExecutable(kept) ? kept : undefined);
  if (present !== undefined) return present;
  await mkdir(cache, { recursive: true, mode: 0o755 });
  const lock = join(cache, 'nats-server.lock');
  const release = await holdLock(lock, 'another launcher is downloading NATS', report);
  try {
    if (!isExecutable(kept)) await fetchInto(kept, cache, report);
    return kept;
  } finally {
    await release();
  }
}

async function fetchInto(file: string, cache: string, report: (line: string) => void): Promise<void> {
  report(`downloading nats-server (Debian ${suite}, 5 MB) into a private folder`);
  const work = await mkdtemp(join(cache, 'nats-unpack-'));
  try {
    const apt = await openPrivateApt(work, product);
    await apt.run(['download', 'nats-server'], work);
    for (const name of namesIn(work).filter((each) => each.endsWith('.deb')))
      await runInstallStep('dpkg', ['-x', join(work, name), join(work, 'root')], { product });
    await copyFile(join(work, 'root/usr/sbin/nats-server'), join(work, 'nats-server'));
    await chmod(join(work, 'nats-server'), 0o755);
    await rename(join(work, 'nats-server'), file);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
