import { mkdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { LaunchError } from '../../launch-error.ts';
import { findBinary } from './find-binary.ts';

/**
 * The Debian package to install before `requireRedis` can succeed: `redis-tools` and not `redis-server`. The server, the
 * RDB checker and the AOF checker are one program that goes by the name it is called by, and `redis-tools` brings it
 * without a system service that would start at the next boot.
 */
export function missingRedisPackages(path: string): string[] {
  const present = findRedis(path) ?? findChecker(path);
  return present === undefined ? ['redis-tools'] : [];
}

/**
 * The path of a redis-server.
 * @param directory where a link of the right name is put when only `redis-tools` is installed
 * @throws `missing-binary` when there is neither
 */
export async function requireRedis(path: string, directory: string): Promise<string> {
  const installed = findRedis(path);
  if (installed !== undefined) return installed;
  const checker = findChecker(path);
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

function findRedis(path: string): string | undefined {
  return findBinary('redis-server', path);
}

function findChecker(path: string): string | undefined {
  return findBinary('redis-check-rdb', path);
}
