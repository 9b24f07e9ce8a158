import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment } from '../../config.ts';
import { gavelDirectory } from '../../project-root.ts';
import { type Counts, countResults } from './count-results.ts';

/** Long enough for vitest to stop its servers after an interrupt. */
const graceMs = 30_000;

/**
 * Runs one vitest project with its output on ours, and counts its tests. Past the limit it is interrupted, so that
 * its servers are stopped, and killed if that does not help; either way it counts as failed.
 */
export async function runProject(
  project: string,
  filters: readonly string[],
  limitMs: number,
): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-tests-'));
  const reportFile = join(folder, 'report.json');
  const args = ['run', '--project', project, '--passWithNoTests', '--allowOnly=false'];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  // Tests start some hundred Node processes, which find the code that an earlier one compiled.
  const env = { ...environment, NODE_COMPILE_CACHE: join(gavelDirectory, 'compile-cache') };
  const child = spawn('vitest', [...args, ...reporters, ...filters], { stdio: 'inherit', env });
  const { promise: ended, resolve, reject } = Promise.withResolvers<boolean>();
  child.once('error', reject).once('exit', (code) => resolve(code === 0));

  const interrupt = setTimeout(() => {
    console.error(`${project}: stopped after ${Math.round(limitMs / 1_000)} s`);
    child.kill('SIGINT');
  }, limitMs);
  const kill = setTimeout(() => child.kill('SIGKILL'), limitMs + graceMs);
  try {
    const exitedWell = await ended;
    return countResults(readReport(reportFile), exitedWell);
  } finally {
    clearTimeout(interrupt);
    clearTimeout(kill);
    rmSync(folder, { recursive: true });
  }
}

function readReport(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
