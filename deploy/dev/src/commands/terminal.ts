import { LaunchError } from '../launch-error.ts';

/** The text after the seconds since `began` (a `performance.now()`): `[   3.2 s] text`. */
export function timed(began: number, text: string): string {
  return `[${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s] ${text}`;
}

/**
 * Runs a command. A LaunchError is printed with its log and way out, any other error with its stack. The exit code is 1 after
 * both.
 */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof LaunchError) console.error(failureText(error));
    else console.error(error);
  }
}

/** Rows of cells as lines of text, with aligned columns. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

export function failureText(failure: {
  message: string;
  wayOut: string;
  log?: string | null | undefined;
}): string {
  const log = failure.log ? `\n${failure.log.replaceAll(/^/gm, '  | ')}\n` : '';
  return `\n✗ ${failure.message}\n${log}→ ${failure.wayOut}`;
}
