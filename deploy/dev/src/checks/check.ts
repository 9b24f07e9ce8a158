/** `npm run check`: every static check, each with its time. A failure does not stop the others; it fails the whole at the end. */
import { runStep, type StepResult } from './run-step.ts';

const checks = [
  'check:format',
  'check:lint',
  'check:layers',
  'check:shape',
  'check:types',
  'check:types:bff',
  'check:generated',
  'check:contracts',
  'check:dead',
];

const results: StepResult[] = [];
for (const name of checks) {
  console.log(`\n── ${name}`);
  const result = await runStep(name);
  console.log(`${result.ok ? '✓' : '✗'} ${name} (${result.seconds.toFixed(1)} s)`);
  results.push(result);
}

const failed = results.filter(({ ok }) => !ok);
const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
console.log(`\n${results.length - failed.length} of ${results.length} checks hold (${seconds.toFixed(1)} s)`);
for (const { name } of failed) console.log(`failed: npm run ${name}`);
if (failed.length > 0) process.exitCode = 1;
