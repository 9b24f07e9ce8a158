import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDependency, IModule } from 'dependency-cruiser';
import type { Violation } from '../report-violations.ts';
import { rules } from './rules.ts';

/** Every import that breaks a rule of the design, with what to do about it. Module paths are relative to `root`. */
export function findViolations(root: string, modules: readonly IModule[]): Violation[] {
  return modules.flatMap(({ source, dependencies }) =>
    dependencies.flatMap((dependency) =>
      (dependency.rules ?? []).map(({ name }) => ({
        file: source,
        line: lineOf(join(root, source), dependency.module),
        message: `imports ${dependency.module}: ${adviceFor(name)}${describeCycle(source, dependency)}`,
      })),
    ),
  );
}

function adviceFor(name: string): string {
  return rules.forbidden?.find((rule) => rule.name === name)?.comment ?? name;
}

function describeCycle(source: string, { circular, cycle = [] }: IDependency): string {
  return circular ? ` (${[source, ...cycle.map(({ name }) => name)].join(' → ')})` : '';
}

/** The line of the import. dependency-cruiser does not report it, so it is the first line that has the specifier in quotes. */
function lineOf(file: string, specifier: string): number {
  const lines = readFileSync(file, 'utf8').split('\n');
  return (
    1 +
    Math.max(
      0,
      lines.findIndex((line) => line.includes(`'${specifier}'`) || line.includes(`"${specifier}"`)),
    )
  );
}
