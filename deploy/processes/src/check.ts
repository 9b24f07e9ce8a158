import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { processes } from './processes.ts';
import { readmeOf, withProcessTable } from './readme-table.ts';

// `npm run check:processes`: every descriptor is in the one list, every package of a process has a README, migrations are
// numbered without gaps, and the table of processes in the project's README is what the list says.

const root = resolve(import.meta.dirname, '../../..');
const list = 'deploy/processes/src/processes.ts';
const problems: string[] = [];
const exclude = ['**/node_modules/**'];

const listed = readFileSync(join(root, list), 'utf8');
const descriptors = globSync(
  ['services/*/src/**/process.ts', 'consumers/*/src/process.ts', 'bff/process.ts'],
  {
    cwd: root,
  },
);
for (const file of descriptors) {
  const names = [...readFileSync(join(root, file), 'utf8').matchAll(/export const (\w+Process)\b/g)];
  if (names.length === 0)
    problems.push(`${file}: exports no descriptor (an export whose name ends in Process)`);
  for (const [, name = ''] of names) {
    if (!new RegExp(`^ {2}${name},$`, 'm').test(listed))
      problems.push(`${file}: ${name} is missing in ${list}`);
  }
}

for (const file of new Set(processes.map(readmeOf))) {
  if (!existsSync(join(root, file)))
    problems.push(`${file}: missing; write what the package keeps and promises`);
}

const migrations = Map.groupBy(
  globSync('{services,consumers}/*/**/migrations/*.sql', { cwd: root, exclude }),
  dirname,
);
for (const [folder, files] of migrations) {
  for (const [index, file] of files.toSorted().entries()) {
    const number = String(index + 1).padStart(4, '0');
    if (!basename(file).startsWith(`${number}-`))
      problems.push(
        `${folder}: ${basename(file)} must have the number ${number}; two changes may have taken the same one`,
      );
  }
}

const readme = readFileSync(join(root, 'README.md'), 'utf8');
if (readme !== withProcessTable(readme)) {
  problems.push('README.md: the table of processes differs from the descriptors; run `npm run generate`');
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`${descriptors.length} descriptor files, all listed`);
