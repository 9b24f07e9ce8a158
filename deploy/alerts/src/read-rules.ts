import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Rule, RuleGroup } from './burn-rate-rules.ts';

/** The groups of rules as Prometheus reads them, by the name of their file in `rules/`. */
export function readRules(): Readonly<Record<'causes' | 'slos', readonly RuleGroup[]>> {
  return { causes: readFile('causes'), slos: readFile('slos') };
}

/** Every rule of all files. */
export function allRules(): readonly Rule[] {
  return Object.values(readRules()).flatMap((groups) => groups.flatMap(({ rules }) => rules));
}

/**
 * What an alert compares, without the comparison; for `absent(…)` the series that must exist. The alert itself has a value only
 * while it fires; this has one whenever its metrics exist.
 */
export function withoutThresholds(expr: string): string {
  return expr
    .replaceAll(/\s(?:==|>=?|<=?)\s(?:\([\d.* ]+\)|[\d.]+)/g, '')
    .replaceAll(/\babsent\((\w+\{[^}]*\})\)/g, '$1');
}

function readFile(name: string): RuleGroup[] {
  const text = readFileSync(new URL(`../rules/${name}.yaml`, import.meta.url), 'utf8');
  return (parse(text) as { groups: RuleGroup[] }).groups;
}
