import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { LaunchError } from '../../launch-error.ts';
import { findBinary } from './find-binary.ts';

const policyFile = '/usr/sbin/policy-rc.d';
const clusterPolicyFile = '/etc/postgresql-common/createcluster.d/zz-gavel.conf';
const attempts = 5;
const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * Installs Debian packages without starting any server: a temporary policy-rc.d refuses service starts, and a temporary setting
 * prevents postgresql-common from creating its `main` cluster. Both files are removed afterwards. Existing files with these names
 * are not changed.
 * @throws `missing-binary` with the exact command when this user has neither root nor password-less sudo
 */
export async function installPackages(
  packages: readonly string[],
  report: (line: string) => void,
): Promise<void> {
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const elevate = await elevation();
  if (elevate === undefined) {
    throw new LaunchError('missing-binary', `These Debian packages are missing: ${packages.join(', ')}.`, {
      wayOut: `Run this command, then start again:\n  sudo apt-get update && sudo ${command}`,
    });
  }
  report(`installing ${packages.join(', ')} with apt-get`);
  const undo = [
    await placeTemporarily(elevate, policyFile, '#!/bin/sh\nexit 101\n', '755'),
    await placeTemporarily(elevate, clusterPolicyFile, 'create_main_cluster = false\n', '644'),
  ];
  try {
    // The package lists may be empty (a new image) or old (a package answers 404). An update corrects both.
    if (!(await aptGet(elevate, command))) {
      await aptGet(elevate, 'apt-get update');
      await aptGet(elevate, command, { must: true });
    }
  } finally {
    for (const remove of undo) await remove();
  }
}

/** The path of a Chromium for the browser tests. Installs Debian's package when there is none. */
export async function ensureChromium(path: string, report: (line: string) => void): Promise<string> {
  const find = () =>
    chromiumNames.map((name) => findBinary(name, path, ['/usr/bin'])).find((file) => file !== undefined);
  const installed = find();
  if (installed !== undefined) return installed;
  await installPackages(['chromium', 'fonts-dejavu-core'], report);
  const file = find();
  if (file !== undefined) return file;
  throw new LaunchError('missing-binary', 'There is no Chromium on this machine.', {
    wayOut: 'Install one (Debian: apt-get install chromium), then start again.',
  });
}

/** The path of Debian's Python with the clients that the page about foreign readers uses. Installs what is missing. */
export async function ensurePython(report: (line: string) => void): Promise<string> {
  const python = '/usr/bin/python3';
  const isComplete = async () =>
    !(await execa(python, ['-c', 'import sqlite3, pika, google.protobuf'], { reject: false })).failed;
  if (await isComplete()) return python;
  await installPackages(['python3', 'python3-pika', 'python3-protobuf'], report);
  if (await isComplete()) return python;
  throw new LaunchError('missing-binary', `${python} has no pika or no protobuf.`, {
    wayOut: 'Install them (Debian: apt-get install python3 python3-pika python3-protobuf), then start again.',
  });
}

/** The words to put before a command that needs root. Undefined when that would ask for a password. */
async function elevation(): Promise<string[] | undefined> {
  if (process.getuid?.() === 0) return [];
  const sudo = await execa('sudo', ['-n', 'true'], { reject: false });
  return sudo.failed ? undefined : ['sudo', '-n'];
}

async function aptGet(
  elevate: string[],
  command: string,
  options: { must?: boolean } = {},
): Promise<boolean> {
  const env = ['env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C.UTF-8'];
  const [program = '', ...args] = [
    ...elevate,
    ...env,
    ...command.split(' '),
    '-o',
    'DPkg::Lock::Timeout=300',
  ];
  for (let attempt = 1; ; attempt += 1) {
    const result = await execa(program, args, { reject: false, all: true, stdin: 'ignore' });
    if (!result.failed) return true;
    // Another apt has the lock of the package lists. Unlike dpkg's lock, this one has no timeout option.
    if (attempt < attempts && /Could not get lock/.test(result.all)) {
      await delay(3_000);
      continue;
    }
    if (!options.must) return false;
    throw new LaunchError('install-failed', `\`${command}\` failed.`, {
      log: result.all.split('\n').slice(-20).join('\n'),
      wayOut: 'Run this command yourself to see why, then start again.',
    });
  }
}

async function placeTemporarily(elevate: string[], path: string, content: string, mode: string) {
  const present = await access(path).then(
    () => true,
    () => false,
  );
  if (present) return async () => undefined;
  if (elevate.length === 0) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { mode: Number.parseInt(mode, 8) });
    return async () => {
      if ((await readFile(path, 'utf8').catch(() => '')) === content) await rm(path);
    };
  }
  const [sudo = '', ...flags] = elevate;
  await execa(sudo, [...flags, 'mkdir', '-p', dirname(path)]);
  await execa(sudo, [...flags, 'tee', path], { input: content, stdout: 'ignore' });
  await execa(sudo, [...flags, 'chmod', mode, path]);
  return async () => {
    await execa(sudo, [...flags, 'rm', '-f', path]);
  };
}
