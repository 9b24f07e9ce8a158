import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LaunchError } from '../../launch-error.ts';
import { findBinary, isExecutable, namesIn } from './find-binary.ts';

const oldest = 15;

export interface PostgresBinaries {
  /** The folder with `initdb` and `postgres`. */
  readonly folder: string;
  readonly major: number;
}

/**
 * Finds an installed Postgres 15 or newer.
 * @param major the version of existing data, which no other major version can open
 * @throws `missing-binary` when there is none
 */
export function requirePostgres(path: string, major?: number): PostgresBinaries {
  const found = findPostgres(path, major);
  if (found !== undefined) return found;
  throw new LaunchError(
    'missing-binary',
    `There is no Postgres ${major ?? `${oldest} or newer`} on this machine.`,
    {
      wayOut:
        'Install it (Debian: apt-get install postgresql), or set GAVEL_INFRASTRUCTURE=external to use your own server.',
    },
  );
}

/** The Debian packages to install before `requirePostgres` can succeed. */
export function missingPostgresPackages(path: string, major?: number): string[] {
  if (findPostgres(path, major) !== undefined) return [];
  return [major === undefined ? 'postgresql' : `postgresql-${major}`];
}

/** The newest suitable Postgres in Debian's versioned folders and on PATH. */
function findPostgres(path: string, major?: number): PostgresBinaries | undefined {
  const debian = '/usr/lib/postgresql';
  const found = namesIn(debian)
    .map((name) => ({ folder: join(debian, name, 'bin'), major: Number(name) }))
    .filter((candidate) => isExecutable(join(candidate.folder, 'initdb')));
  const initdb = findBinary('initdb', path);
  if (initdb !== undefined) {
    const folder = dirname(realpathSync(initdb));
    const version = /(\d+)(?:\/bin)?$/.exec(folder)?.[1];
    if (version !== undefined) found.push({ folder, major: Number(version) });
  }
  return found
    .filter((candidate) => (major === undefined ? candidate.major >= oldest : candidate.major === major))
    .toSorted((a, b) => b.major - a.major)[0];
}
