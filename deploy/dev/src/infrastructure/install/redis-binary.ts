import { mkdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { LaunchError } from '../../launch-error.ts';
import { installPackages } from './apt-packages.ts';
import { findBinary } from './find-binary.ts';

/**
 * Finds redis-server. When it is missing, Debian's `redis-tools` is installed and not `redis-server`: the server, the
 * RDB checker and the AOF checker are one program that goes by the name it is called by, and `redis-tools` brings it
 * without a system service that would start at the next boot.
 * @param directory where the link of the right name is put
 */
export async function ensureRedis(
  path: string,
  directory: string,
  report: (line: string) => void,
): Promise<string> {
  const installed = findBinary('redis-server', path, ['/usr/bin']);
  if (installed !== undefined) return installed;
  let checker = findBinary('redis-check-rdb', path, ['/usr/bin']);
  if (checker === undefined) {
    await installPackages(['redis-tools'], report);
    checker = findBinary('redis-check-rdb', path, ['/usr/bin']);
  }
  if (checker === undefined) {
    throw new LaunchError('missing-binary', 'No redis-server on this machine.', {
      wayOut: 'Install Redis 7 or newer, or set GAVEL_INFRASTRUCTURE=external.',
    });
  }
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const link = join(directory, 'redis-server');
  if ((await readlink(link).catch(() => undefined)) !== checker) await symlink(checker, link);
  return link;
}
