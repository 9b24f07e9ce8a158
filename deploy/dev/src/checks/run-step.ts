import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

export interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
}

/** Runs `npm run <name>` with its output on ours, and times it. A signal counts as a failure. */
export async function runStep(name: string): Promise<StepResult> {
  const started = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  spawn('npm', ['run', '--silent', name], { stdio: 'inherit' })
    .once('error', reject)
    .once('exit', (code) => resolve(code === 0));
  const ok = await promise;
  return { name, ok, seconds: (performance.now() - started) / 1_000 };
}
