import { CommanderError } from 'commander';
import { createCommandLine } from './command-line.ts';
import { exitCode } from './exit-codes.ts';
import { prepare } from './terminal/prepare.ts';
import { createRun, type Terminal } from './terminal/run-command.ts';

const terminal: Terminal = {
  stdout: process.stdout,
  stderr: process.stderr,
  exit: (code) => {
    process.exitCode = code;
  },
};

// Whoever reads the answer may stop reading: `gavel … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCode.ok);
  throw error;
});

try {
  await prepare(createCommandLine(createRun(terminal))).parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has printed what is wrong; help and version are no errors.
  process.exitCode = error.exitCode === 0 ? exitCode.ok : exitCode.usage;
}
