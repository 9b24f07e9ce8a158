import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs rabbitmqctl against a private broker (Linux only): its process' own environment tells all that takes. */
export async function rabbitmqctl(pid: number, ...args: string[]): Promise<void> {
  const environ = await readFile(`/proc/${pid}/environ`, 'utf8');
  const env = Object.fromEntries(
    environ
      .split('\0')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  // The first folder of the broker's own PATH is the raw machine's, which scripts must not find.
  env.PATH = (env.PATH ?? '').split(':').slice(1).join(':');
  const script = join(dirname(env.ERL_LIBS ?? ''), 'sbin/rabbitmqctl');
  await run(script, args, { env, timeout: 30_000 });
}
