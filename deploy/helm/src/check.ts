/**
 * `npm run check:chart`: the chart's list of processes is what the descriptors say; helm accepts the chart with both value
 * files; each object fits the schema of its kind; and the objects obey the policies.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withChartProcesses } from './chart-processes.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { checkNetwork } from './policies/network-policies.ts';
import { checkPods } from './policies/pod-policies.ts';
import { checkSecrets } from './policies/secret-policies.ts';
import { lint, render, secretSettingsIn, type ValueFile, valueFiles } from './render.ts';
import { validateObject } from './schemas/validate-object.ts';

const chart = join(import.meta.dirname, '../chart');

const values = readFileSync(join(chart, 'values.yaml'), 'utf8');
const problems: string[] = [];
if (values !== (await withChartProcesses(values))) {
  problems.push('deploy/helm/chart/values.yaml differs from the descriptors; run `npm run generate`');
}
const counts = await Promise.all(valueFiles.map(checkValues));

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`${counts.join(' and ')} objects of the chart are valid and obey the policies`);

/** Checks the chart with one value file, at a first installation and at an upgrade. Returns the number of objects. */
async function checkValues(file: ValueFile): Promise<number> {
  await lint(file);
  const set = ['nats.enabled=true'];
  const [installed, upgraded] = await Promise.all([
    render(file, { set }),
    render(file, { set, upgrade: true }),
  ]);
  for (const objects of [installed, upgraded]) {
    for (const fault of new Set(faultsOf(objects, secretSettingsIn(file))))
      problems.push(`${file}: ${fault}`);
  }
  return installed.length;
}

function faultsOf(
  objects: readonly KubernetesObject[],
  secretSettings: Readonly<Record<string, string>>,
): string[] {
  return [
    ...objects.flatMap(validateObject),
    ...checkPods(objects),
    ...checkNetwork(objects),
    ...checkSecrets(objects, secretSettings),
  ];
}
