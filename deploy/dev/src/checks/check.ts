/**
 * `npm run check`: every static check, as many at once as there are cores. Prints each one's output and time when it ends.
 * A failure does not stop the others; it fails the whole at the end.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';

/** The long ones first, so that the short ones fill the gaps. */
const checks = [
  'check:types',
  'check:shape',
  'check:layers',
  'check:dead',
  'check:chart',
  'check:docker',
  'check:generated',
  'check:processes',
  'check:types:bff',
  'check:lint',
  'check:contracts',
  'check:format',
  'check:alerts',
  'check:dashboards',
];

const started = performance.now();
const failed: string[] = [];
const waiting = [...checks];
await Promise.all(Array.from({ length: Math.min(availableParallelism(), checks.length) }, runWaiting));
console.log(
  `\n${checks.length - failed.length} of ${checks.length} checks hold (${secondsSince(started)} s)`,
);
for (const name of failed) console.log(`failed: npm run ${name}`);
if (failed.length > 0) process.exitCode = 1;

async function runWaiting(): Promise<void> {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const begun = performance.now();
    const { ok, output } = await runScript(name);
    console.log(`${ok ? '✓' : '✗'} ${name} (${secondsSince(begun)} s)`);
    if (output.trim() !== '') console.log(output.trimEnd().replaceAll(/^/gm, '    '));
    if (!ok) failed.push(name);
  }
}

/** `npm run <name>`, with what it prints. A signal counts as a failure. */
function runScript(name: string): Promise<{ ok: boolean; output: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ ok: boolean; output: string }>();
  const child = spawn('npm', ['run', '--silent', name], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  child.once('error', reject).once('close', (code) => resolve({ ok: code === 0, output }));
  return promise;
}

function secondsSince(start: number): string {
  return ((performance.now() - start) / 1_000).toFixed(1);
}
