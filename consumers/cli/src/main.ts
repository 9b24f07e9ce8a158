import { CommanderError } from 'commander';
import { exitCode } from './command-failure.ts';
import { createCommandLine } from './command-line.ts';
import { createRun, type Terminal } from './terminal/run-command.ts';

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

try {
  await createCommandLine(createRun(terminal)).parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has already printed the problem. --help and --version also arrive here, with exit code 0.
  process.exitCode = error.exitCode === 0 ? exitCode.ok : exitCode.usage;
}
