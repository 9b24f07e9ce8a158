import { chown } from 'node:fs/promises';
import { execa } from 'execa';
import { LaunchError } from '../launch-error.ts';

/** The unprivileged user that the servers run as when the launcher itself runs as root. */
export interface RunAs {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
}

/** Undefined when the launcher is not root: the servers then run as the person who starts them. */
export async function unprivilegedUser(user: string): Promise<RunAs | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const ids = await Promise.all(['-u', '-g'].map((flag) => execa('id', [flag, user], { reject: false })));
  const [uid, gid] = ids.map((result) => Number(result.failed ? Number.NaN : result.stdout));
  if (!uid || gid === undefined || Number.isNaN(gid)) {
    throw new LaunchError('bad-config', `GAVEL_RUN_AS=${user} is no unprivileged user of this machine.`, {
      wayOut: 'Name an existing user other than root, or unset it (nobody is used then).',
    });
  }
  return { user, uid, gid };
}

/**
 * The same command, run as `runAs`, and (on Linux) ended by `parentDeathSignal` when the process that started it
 * dies without saying good-bye: no kill -9 of the launcher or of a test run leaves servers behind.
 */
export function wrapCommand(
  command: readonly string[],
  runAs: RunAs | undefined,
  parentDeathSignal: NodeJS.Signals | undefined,
): string[] {
  if (process.platform !== 'linux') return [...command];
  const identity =
    runAs === undefined ? [] : ['--reuid', String(runAs.uid), '--regid', String(runAs.gid), '--clear-groups'];
  const death = parentDeathSignal === undefined ? [] : ['--pdeathsig', parentDeathSignal.replace(/^SIG/, '')];
  if (identity.length + death.length === 0) return [...command];
  return ['setpriv', ...identity, ...death, ...command];
}

/** Whether that user can enter a folder: every folder above it must let it pass. */
export async function canEnter(folder: string, runAs: RunAs | undefined): Promise<boolean> {
  const [program = '', ...args] = wrapCommand(['test', '-x', folder], runAs, undefined);
  return !(await execa(program, args, { reject: false })).failed;
}

export async function giveTo(path: string, runAs: RunAs | undefined): Promise<void> {
  if (runAs !== undefined) await chown(path, runAs.uid, runAs.gid);
}
