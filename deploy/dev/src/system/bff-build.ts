import { createHash } from 'node:crypto';
import { readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pause } from '@gavel/resilience';
import { execa } from 'execa';
import { LaunchError } from '../launch-error.ts';
import { gavelDirectory, projectRoot } from '../project-root.ts';
import { interruptedBuild, takeBuildLock } from './build-lock.ts';

const command = ['run', 'build', '--workspace', '@gavel/bff'];
const otherBuildWaitMs = 180_000;
const skipped = new Set(['node_modules', '.next', 'next-env.d.ts']);

/**
 * Builds the web app when its sources, or those of the packages that it uses, have changed since the last build. Waits up to
 * three minutes for another build of the same checkout.
 * @param signal stops a running build and all processes that it started. After the abort no build begins
 * @returns whether it was built now
 * @throws `command-failed` with the end of the build's output, or when the signal is aborted
 */
export async function ensureBffBuild(
  env: Readonly<Record<string, string>>,
  signal: AbortSignal = new AbortController().signal,
): Promise<boolean> {
  const stamp = join(projectRoot, 'bff/.next/gavel-sources');
  const digest = await sourcesDigest();
  const isBuilt = async () => (await readFile(stamp, 'utf8').catch(() => '')) === digest;
  if (await isBuilt()) return false;
  // Next's own lock covers its part of the build, and not the copy of the static files that follows.
  const release = await takeBuildLock(gavelDirectory, signal);
  try {
    const built = await buildUnlessBuilt({ isBuilt, build: () => build(env, signal) }, signal);
    if (built) await writeFile(stamp, digest);
    return built;
  } finally {
    await release();
  }
}

export interface BuildSteps {
  readonly isBuilt: () => Promise<boolean>;
  /** Returns undefined after a successful build, and the output of a failed one. */
  readonly build: () => Promise<string | undefined>;
}

/** `ensureBffBuild` without files and processes. */
export async function buildUnlessBuilt(steps: BuildSteps, signal: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + otherBuildWaitMs;
  for (;;) {
    if (await steps.isBuilt()) return false;
    if (signal.aborted) throw interruptedBuild();
    const failed = await steps.build();
    if (failed === undefined) return true;
    const wait = failed.includes('Another next build process is already running') && Date.now() < deadline;
    if (!wait && !signal.aborted) {
      throw new LaunchError('command-failed', 'The web app could not be built.', {
        log: failed.split('\n').slice(-25).join('\n'),
        wayOut: `Run \`npm ${command.join(' ')}\` to see the whole output.`,
      });
    }
    await pause(1_000, signal);
  }
}

/** Returns undefined after a successful build, and the output of a failed one. */
async function build(
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const child = execa('npm', command, {
    cwd: projectRoot,
    env: { ...env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    extendEnv: false,
    reject: false,
    all: true,
    stdin: 'ignore',
    // Its own process group, because npm does not pass signals to every process that a build starts.
    detached: true,
    cleanup: false,
  });
  const endGroup = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch (error) {
      // The build may have ended already.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  signal.addEventListener('abort', endGroup, { once: true });
  const result = await child;
  signal.removeEventListener('abort', endGroup);
  return result.failed ? result.all : undefined;
}

async function sourcesDigest(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of await packageFolders('@gavel/bff')) await addTo(hash, folder);
  await addTo(hash, 'package-lock.json');
  return hash.digest('hex');
}

/** The folders of a package and of every package of this project on which it depends, also through others. */
export async function packageFolders(name: string): Promise<string[]> {
  const found = new Map<string, string>();
  const visit = async (name: string): Promise<void> => {
    if (!name.startsWith('@gavel/') || found.has(name)) return;
    const folder = await realpath(join(projectRoot, 'node_modules', name));
    found.set(name, relative(projectRoot, folder));
    const { dependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    for (const dependency of Object.keys(dependencies ?? {})) await visit(dependency);
  };
  await visit(name);
  return [...found.values()].toSorted();
}

async function addTo(hash: ReturnType<typeof createHash>, path: string): Promise<void> {
  const absolute = join(projectRoot, path);
  const entries = await readdir(absolute, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) {
    hash.update(`${path}\0`).update(await readFile(absolute));
    return;
  }
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!skipped.has(entry.name) && !entry.name.includes('.test.')) await addTo(hash, join(path, entry.name));
  }
}
