import { mkdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { LaunchError } from '../../launch-error.ts';
import { findBinary } from './find-binary.ts';

/**
 * The Debian package to install before `requireRedis` can succeed. It is `redis-tools`, because `redis-server` brings a system
 * service that would start at the next boot. The server and the checkers in `redis-tools` are one program, which behaves according to
 * the name by which it is called.
 */
export function missingRedisPackages(path: string): string[] {
  const present = findRedis(path) ?? findChecker(path);
  return present === undefined ? ['redis-tools'] : [];
}

/**
 * The path of a redis-server.
 * @param directory folder for a link with that name, when only `redis-tools` is installed
 * @throws `missing-binary` when neither is installed
 */
export async function requireRedis(path: string, directory: string): Promise<string> {
  const installed = findRedis(path);
  if (installed !== undefined) return installed;
  const checker = findChecker(path);
  if (checker === undefined) {
    throw new LaunchError('missing-binary', 'There is no redis-server on this machine.', {
      wayOut: 'Install Redis 7 or newer, or set GAVEL_INFRASTRUCTURE=external to use your own server.',
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
