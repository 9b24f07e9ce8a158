import type { Violation } from './layers/find-violations.ts';

/** Prints violations as `file:line message` and sets the exit code; says what was looked at when there are none. */
export function reportViolations(violations: readonly Violation[], looked: string): void {
  for (const { file, line, message } of violations) console.error(`${file}:${line}  ${message}`);
  if (violations.length === 0) console.log(looked);
  else process.exitCode = 1;
}
