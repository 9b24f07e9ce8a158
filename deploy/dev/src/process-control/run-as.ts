import { chown } from 'node:fs/promises';
import { execa } from 'execa';
import { LaunchError } from '../launch-error.ts';

/** The unprivileged user for the servers while the launcher runs as root. */
export interface RunAs {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The ids of this user. Undefined when the launcher does not run as root: the servers then run as the launcher's own user.
 * @throws `bad-config` when the user does not exist or is root
 */
export async function unprivilegedUser(user: string): Promise<RunAs | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const ids = await Promise.all(['-u', '-g'].map((flag) => execa('id', [flag, user], { reject: false })));
  const [uid, gid] = ids.map((result) => Number(result.failed ? Number.NaN : result.stdout));
  if (!uid || gid === undefined || Number.isNaN(gid)) {
    throw new LaunchError('bad-config', `GAVEL_RUN_AS=${user} is not an unprivileged user of this machine.`, {
      wayOut: 'Set it to an existing user other than root, or unset it (default: nobody).',
    });
  }
  return { user, uid, gid };
}

/**
 * The command, changed so that it runs as `runAs`. On Linux the kernel also sends it `parentDeathSignal` when the process that
 * started it ends, so that no server keeps running after a kill -9 of the launcher or of a test run.
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

/** Whether the user can enter a folder. All folders above it must allow that, too. */
export async function canEnter(folder: string, runAs: RunAs | undefined): Promise<boolean> {
  const [program = '', ...args] = wrapCommand(['test', '-x', folder], runAs, undefined);
  return !(await execa(program, args, { reject: false })).failed;
}

/** Makes the user the owner of a file or folder. */
export async function giveTo(path: string, runAs: RunAs | undefined): Promise<void> {
  if (runAs !== undefined) await chown(path, runAs.uid, runAs.gid);
}
