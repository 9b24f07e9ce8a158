import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import {
  bakeFile,
  composeServices,
  databaseNames,
  directoryNames,
  prometheusConfig,
} from './compose-processes.ts';

/** The folder of this package. */
export const folder = join(import.meta.dirname, '..');

/** The files that `npm run generate` writes, by their names in this folder, with their content. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const written = '# Written by `npm run generate` from the descriptors.\n';
  return new Map([
    ['compose.yaml', withProcesses(readFileSync(join(folder, 'compose.yaml'), 'utf8'))],
    ['config/prometheus.yaml', written + yaml(prometheusConfig())],
    ['docker-bake.json', `${JSON.stringify(bakeFile(), undefined, 2)}\n`],
  ]);
}

/** The compose file with what the descriptors say between its marker lines. Throws when a marker is missing. */
function withProcesses(text: string): string {
  const databases = yaml({ GAVEL_DATABASES: databaseNames() });
  const directories = directoryNames()
    .map((name) => `${name}:\n`)
    .join('');
  const parts = { databases, processes: yaml(composeServices()), directories };
  return Object.entries(parts).reduce(withPart, text);
}

function withPart(text: string, [name, part]: readonly [string, string]): string {
  const found = new RegExp(`^( *)# ${name}:begin.*\n`, 'm').exec(text);
  const indent = found?.[1] ?? '';
  const end = text.indexOf(`${indent}# ${name}:end\n`);
  if (found === null || end < found.index) throw new Error(`compose.yaml has no markers around its ${name}`);
  return text.slice(0, found.index + found[0].length) + part.replaceAll(/^(?=.)/gm, indent) + text.slice(end);
}

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
