/**
 * `npm run check:docker`: the generated files are what the descriptors say, the compose file fits the schema of the Compose
 * specification, every image has a pinned tag, and the Dockerfile makes images that run as a user without rights.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { composeFaults } from './compose-faults.ts';
import { directoryNames } from './compose-processes.ts';
import { dockerfileFaults } from './dockerfile-faults.ts';
import { folder, generatedFiles } from './generated-files.ts';

const read = (name: string) => readFileSync(join(folder, name), 'utf8');

const drifted = [...generatedFiles()]
  .filter(([name, content]) => read(name) !== content)
  .map(([name]) => `deploy/docker/${name} differs from the descriptors; run \`npm run generate\``);
const problems = [
  ...drifted,
  ...composeFaults(parse(read('compose.yaml'))).map((fault) => `compose.yaml: ${fault}`),
  ...dockerfileFaults(read('Dockerfile'), directoryNames()).map((fault) => `Dockerfile: ${fault}`),
];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log('the Dockerfile, the compose file and the list of images follow the rules');
