import { CommanderError } from 'commander';
import { exitCode } from './command-failure.ts';
import { createCommandLine } from './command-line.ts';
import type { Run, Terminal } from './terminal/run-command.ts';

const terminal: Terminal = {
  stdout: process.stdout,
  stderr: process.stderr,
  exit: (code) => {
    process.exitCode = code;
  },
};

// The reader of the output may stop reading: `gavel … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCode.ok);
  throw error;
});

// Loaded only when a command runs: help, --version and completion need no connections.
const run: Run = async (command, work) => {
  const { createRun } = await import('./terminal/run-command.ts');
  await createRun(terminal)(command, work);
};

try {
  await createCommandLine(run).parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has already printed the problem. --help and --version also arrive here, with exit code 0.
  process.exitCode = error.exitCode === 0 ? exitCode.ok : exitCode.usage;
}
