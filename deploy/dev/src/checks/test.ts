/** `npm test`: unit, then int, then e2e. Needs nothing started beforehand; the last line is `N passed, N failed`. */
import { readFilters } from './tests/config.ts';
import { runProject } from './tests/run-project.ts';

/** Together under the 65 minutes that `.ci/run` gives them. A quiet machine with two cores takes about half of it. */
const projects = [
  { name: 'unit', minutes: 4 },
  { name: 'int', minutes: 22 },
  { name: 'e2e', minutes: 38 },
];

const filters = readFilters();
let passed = 0;
let failed = 0;
const failures: string[] = [];
for (const { name, minutes } of projects) {
  const counts = await runProject(name, filters, minutes * 60_000);
  console.log(`${name}: ${counts.passed} passed, ${counts.failed} failed`);
  passed += counts.passed;
  failed += counts.failed;
  failures.push(...counts.failures);
}
if (passed + failed === 0) console.log(`no test matches ${filters.join(' ')}`);
for (const failure of failures) console.log(`failed: ${failure}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
console.log(`${passed} passed, ${failed} failed`);
