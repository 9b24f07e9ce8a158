import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { runTool } from './helm.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

const chart = join(import.meta.dirname, '../chart');

/** The value files that the chart ships with; each is added to `values.yaml`. */
export const valueFiles = ['values-dev.yaml', 'values-production.yaml'] as const;
export type ValueFile = (typeof valueFiles)[number];

/** Runs `helm lint --strict`. Throws with its output when the chart is faulty or the values do not fit the schema. */
export async function lint(values: ValueFile): Promise<void> {
  await runTool('helm', ['lint', '--strict', chart, '--values', join(chart, values)]);
}

/**
 * The objects that the chart makes of a value file, as `helm template` renders them.
 * @param set values that are changed, in the form of `helm --set`: `nats.enabled=true`
 * @param upgrade renders the objects of an upgrade instead of those of a first installation
 */
export async function render(
  values: ValueFile,
  { set = [], upgrade = false }: { readonly set?: readonly string[]; readonly upgrade?: boolean } = {},
): Promise<KubernetesObject[]> {
  const text = await runTool('helm', [
    'template',
    'gavel',
    chart,
    '--namespace=gavel',
    '--values',
    join(chart, values),
    ...set.flatMap((change) => ['--set', change]),
    ...(upgrade ? ['--is-upgrade'] : []),
  ]);
  return parseAllDocuments(text).flatMap((document) => {
    const [fault] = document.errors;
    if (fault) throw fault;
    const object = document.toJS() as KubernetesObject | null;
    return object === null ? [] : [object];
  });
}

/** The Secrets that a value file adds to processes, by process. */
export function secretSettingsIn(file: ValueFile): Record<string, string> {
  const { tuning = {} } = parse(readFileSync(join(chart, file), 'utf8')) as {
    tuning?: Record<string, { secretSettings?: string }>;
  };
  return Object.fromEntries(
    Object.entries(tuning).flatMap(([name, { secretSettings }]) =>
      secretSettings ? [[name, secretSettings]] : [],
    ),
  );
}
