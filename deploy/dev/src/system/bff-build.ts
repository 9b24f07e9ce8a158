import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { LaunchError } from '../launch-error.ts';
import { projectRoot } from '../project-root.ts';

const sources = ['bff', 'proto', 'observability', 'package-lock.json'];
const skipped = new Set(['node_modules', '.next', 'next-env.d.ts']);

/**
 * Builds the web app when its sources, or those of the packages it uses, differ from those of the last build.
 * @returns whether a build was needed
 */
export async function ensureBffBuild(env: Readonly<Record<string, string>>): Promise<boolean> {
  const stamp = join(projectRoot, 'bff/.next/gavel-sources');
  const digest = await sourcesDigest();
  if ((await readFile(stamp, 'utf8').catch(() => '')) === digest) return false;
  const command = ['run', 'build', '--workspace', '@gavel/bff'];
  const result = await execa('npm', command, {
    cwd: projectRoot,
    env: { ...env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    extendEnv: false,
    reject: false,
    all: true,
    stdin: 'ignore',
  });
  if (result.failed) {
    throw new LaunchError('command-failed', 'The web app could not be built.', {
      log: result.all.split('\n').slice(-25).join('\n'),
      wayOut: `Run \`npm ${command.join(' ')}\` to see the whole output.`,
    });
  }
  await writeFile(stamp, digest);
  return true;
}

async function sourcesDigest(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) await addTo(hash, source);
  return hash.digest('hex');
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
