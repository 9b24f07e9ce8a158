import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs rabbitmqctl against a private broker, with the environment of its process (Linux only). */
export async function rabbitmqctl(pid: number, ...args: string[]): Promise<void> {
  const environ = await readFile(`/proc/${pid}/environ`, 'utf8');
  const env = Object.fromEntries(
    environ
      .split('\0')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  // The Erlang VM has put its own folder first in the PATH. The scripts must not find the programs there.
  env.PATH = (env.PATH ?? '').split(':').slice(1).join(':');
  const script = join(dirname(env.ERL_LIBS ?? ''), 'sbin/rabbitmqctl');
  await run(script, args, { env, timeout: 30_000 });
}
