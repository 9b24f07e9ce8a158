/** Compares the generated rules with their source, and has promtool check and test all rules when the machine has it. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { generatedFile, generatedRules } from './generate.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const files = ['causes', 'slos'];

if ((await readFile(generatedFile, 'utf8')) === generatedRules()) {
  console.log('deploy/alerts/rules/slos.yaml is what its source generates');
} else {
  console.error(
    'deploy/alerts/rules/slos.yaml differs from its source: npm run generate brings it up to date',
  );
  process.exitCode = 1;
}

const present = await promtool(['--version']);
if (present.code === 'ENOENT') {
  console.log('the rules were not tested, because promtool is missing: apt-get install prometheus');
} else {
  await report(
    ['check', 'rules', ...files.map((name) => `rules/${name}.yaml`)],
    'promtool accepts the rules',
  );
  await report(
    ['test', 'rules', ...files.map((name) => `tests/${name}.yaml`)],
    'the tests of the rules pass',
  );
}

async function report(args: readonly string[], success: string): Promise<void> {
  const result = await promtool(args);
  console.log(result.failed ? result.all : success);
  if (result.failed) process.exitCode = 1;
}

function promtool(args: readonly string[]) {
  return execa('promtool', args, { cwd: folder, reject: false, all: true, stdin: 'ignore' });
}
