import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { burnRateGroups } from './burn-rate-rules.ts';
import { slos } from './slos.ts';

/** The file that holds the generated rules. */
export const generatedFile = new URL('../rules/slos.yaml', import.meta.url);

/** The recording rules and burn-rate alerts of all promises, as Prometheus reads them. */
export function generatedRules(): string {
  const head = '# Written by `npm run generate` from deploy/alerts/src/slos.ts.\n';
  return head + stringify({ groups: burnRateGroups(slos) }, { lineWidth: 0 });
}

if (import.meta.main) await writeFile(generatedFile, generatedRules());
