import { CommanderError } from 'commander';
import { CommandFailure, exitCode } from './command-failure.ts';
import { createCommandLine } from './command-line.ts';
import { reportFailure, type Terminal } from './terminal/report-failure.ts';
import type { Run } from './terminal/run-command.ts';

const terminal: Terminal = {
  stdout: process.stdout,
  stderr: process.stderr,
  exit: (code) => {
    process.exitCode = code;
  },
};

// Loaded only when a command runs: help, --version and completion need no connections.
const run: Run = async (command, work) => {
  const { createRun } = await import('./terminal/run-command.ts');
  await createRun(terminal)(command, work);
};

const gavel = createCommandLine(run);
const wantsJson = (): boolean => gavel.opts<{ json?: boolean }>().json === true;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCode.readerGone);
  const failure = new CommandFailure('failure', `the output cannot be written: ${error.message}`);
  reportFailure(failure, wantsJson(), terminal);
  process.exit();
});
// Without stderr only the exit code is left.
process.stderr.on('error', () => process.exit(exitCode.failure));

try {
  await gavel.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // --help and --version also arrive here, with exit code 0.
  process.exitCode = error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  // Commander has printed the problem for people, but nothing with --json.
  if (process.exitCode === exitCode.usage && wantsJson()) reportFailure(misuse(error), true, terminal);
}

function misuse({ code, message }: CommanderError): CommandFailure {
  const problem =
    code === 'commander.help'
      ? 'a command is missing'
      : message.replace(/^error: /, '').replaceAll('\n', ' ');
  return new CommandFailure('usage', problem, 'See --help, with examples.');
}
