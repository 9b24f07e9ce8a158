import { PassThrough } from 'node:stream';
import { Command, CommanderError } from 'commander';
import { exitCode } from '../command-failure.ts';
import { createRun, type Run } from '../terminal/run-command.ts';
import type { CommandResult } from './cli-system.ts';

/**
 * Runs the command of one file in this process, with `--json` and these addresses.
 *
 * @param urls for example `{ 'gavel-bids-url': 'postgres://…' }`
 */
export async function runVerb(
  define: (verb: Command, run: Run) => void,
  urls: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<CommandResult> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let code: number = exitCode.ok;
  const root = new Command('gavel').exitOverride().option('--json');
  for (const name of Object.keys(urls)) root.option(`--${name} <url>`);
  const verb = root.command('verb');
  define(
    verb,
    createRun({
      stdout,
      stderr,
      exit: (given) => {
        code = given;
      },
    }),
  );
  verb.exitOverride().configureOutput({ writeErr: (text) => void stderr.write(text) });
  const addresses = Object.entries(urls).flatMap(([name, url]) => [`--${name}`, url]);
  try {
    await root.parseAsync(['--json', ...addresses, verb.name(), ...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    code = exitCode.usage;
  }
  return { code, stdout: read(stdout), stderr: read(stderr) };
}

function read(stream: PassThrough): string {
  let text = '';
  // One call returns one chunk.
  for (let chunk: unknown = stream.read(); chunk !== null; chunk = stream.read()) text += String(chunk);
  return text;
}
