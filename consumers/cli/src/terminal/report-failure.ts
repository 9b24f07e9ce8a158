import { type CommandFailure, exitCode } from '../command-failure.ts';
import { type OutputStreams, toJson } from './output.ts';

/** Where a command writes, and how it ends. */
export interface Terminal extends OutputStreams {
  exit(code: number): void;
}

/** Prints the failure and the next step on stderr, as text or as one line of JSON, and sets the exit code. */
export function reportFailure(failure: CommandFailure, json: boolean, terminal: Terminal): void {
  const { reason, message, wayOut } = failure;
  if (json) terminal.stderr.write(`${toJson({ error: { reason, message, wayOut } })}\n`);
  else terminal.stderr.write(`gavel: ${message}\n${wayOut === undefined ? '' : `  → ${wayOut}\n`}`);
  terminal.exit(exitCode[reason]);
}
