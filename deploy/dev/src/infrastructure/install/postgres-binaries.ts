import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LaunchError } from '../../launch-error.ts';
import { installPackages } from './apt-packages.ts';
import { findBinary, isExecutable, namesIn } from './find-binary.ts';

const oldest = 15;

export interface PostgresBinaries {
  /** The folder with `initdb` and `postgres`. */
  readonly folder: string;
  readonly major: number;
}

/**
 * Finds Postgres 15 or newer, installing Debian's package when there is none.
 * @param major when data exists already: only this major version can open it
 */
export async function ensurePostgres(
  path: string,
  report: (line: string) => void,
  major?: number,
): Promise<PostgresBinaries> {
  const before = findPostgres(path, major);
  if (before !== undefined) return before;
  await installPackages([major === undefined ? 'postgresql' : `postgresql-${major}`], report);
  const after = findPostgres(path, major);
  if (after !== undefined) return after;
  throw new LaunchError('missing-binary', `No Postgres ${major ?? `${oldest} or newer`} on this machine.`, {
    wayOut: 'Install one (Debian 12: apt-get install postgresql), or set GAVEL_INFRASTRUCTURE=external.',
  });
}

/** The newest installed Postgres that will do, in Debian's versioned folders first, then on PATH. */
export function findPostgres(path: string, major?: number): PostgresBinaries | undefined {
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
