export interface Violation {
  /** Path from the project's root. */
  readonly file: string;
  readonly line: number;
  /** What is wrong and what to do about it. */
  readonly message: string;
}

/** Prints violations as `file:line  message` and sets the exit code; prints `success` when there are none. */
export function reportViolations(violations: readonly Violation[], success: string): void {
  for (const { file, line, message } of violations) console.error(`${file}:${line}  ${message}`);
  if (violations.length === 0) console.log(success);
  else process.exitCode = 1;
}
