import type { Command } from 'commander';
import { exitCode } from '../command-failure.ts';
import { readCommandLineConfig } from '../config.ts';
import { type ConnectionName, connectionNames, flagOf } from '../connections/connection-names.ts';
import { findConnections } from '../connections/connections.ts';
import { createSession, type Session } from '../connections/session.ts';
import { createOutput, type Output } from './output.ts';
import { reportFailure, type Terminal } from './report-failure.ts';

/** What a command gets to do its work. */
export interface CommandContext {
  readonly session: Session;
  readonly output: Output;
  /** Aborted at Ctrl-C, which ends commands that run without a limit. */
  readonly interrupted: AbortSignal;
  /** The command has answered, and the answer shows something that needs attention: the exit code becomes 6. */
  foundProblem(): void;
}

/** Runs the work of one command: finds the connections first, then reports errors on stderr and sets the exit code. */
export type Run = (command: Command, work: (context: CommandContext) => Promise<void>) => Promise<void>;

export function createRun(terminal: Terminal): Run {
  return async (command, work) => {
    const options = command.optsWithGlobals<Record<string, string | boolean | undefined>>();
    const output = createOutput(options.json === true, terminal);
    const interrupt = new AbortController();
    const onInterrupt = (): void => interrupt.abort();
    process.once('SIGINT', onInterrupt);
    let session: Session | undefined;
    try {
      session = createSession(findConnections(connectionFlags(options), readCommandLineConfig()));
      await work({
        session,
        output,
        interrupted: interrupt.signal,
        foundProblem: () => terminal.exit(exitCode.problem),
      });
      if (interrupt.signal.aborted) terminal.exit(exitCode.interrupted);
    } catch (error) {
      const { explainError } = await import('./explain-error.ts');
      reportFailure(explainError(error), output.json, terminal);
    } finally {
      process.off('SIGINT', onInterrupt);
      await session?.close();
    }
  };
}

function connectionFlags(
  options: Record<string, string | boolean | undefined>,
): Partial<Record<ConnectionName | 'file', string>> {
  const flags: Partial<Record<ConnectionName | 'file', string>> = {};
  for (const name of connectionNames) {
    const key = flagOf(name).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const value = options[key];
    if (typeof value === 'string') flags[name] = value;
  }
  if (typeof options.connections === 'string') flags.file = options.connections;
  return flags;
}
