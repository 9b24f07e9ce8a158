import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** Writes the address of each module that is loaded to stderr. */
const REPORT_MODULES = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({ load(url, context, next) { console.error(url); return next(url, context); } });
`)}`;

/** The modules that a process loads for one command line. */
async function modulesOf(...words: string[]): Promise<string[]> {
  const main = join(import.meta.dirname, 'main.ts');
  const args = ['--import', REPORT_MODULES, main, ...words];
  const env = { ...process.env, GAVEL_CONNECTIONS: '/nowhere' };
  // A command that finds no address of a server ends with an exit code.
  const stderr = await promisify(execFile)(process.execPath, args, { env }).then(
    (ended) => ended.stderr,
    (error: { readonly stderr: string }) => error.stderr,
  );
  return stderr.split('\n').filter((line) => line.includes('://'));
}

it.each([
  [['help'], []],
  [
    ['__complete', '--', 'stre'],
    ['complete-words.ts', 'completion.ts'],
  ],
])(
  'loads for %j neither other commands nor the clients of servers',
  async (words, commands) => {
    const loaded = await modulesOf(...words);
    const inFolder = (folder: string) => loaded.filter((url) => url.includes(folder));
    expect(inFolder('/cli/src/command-line.ts')).toHaveLength(1);
    const names = inFolder('/cli/src/commands/').map((url) => url.split('/').at(-1));
    expect(names.sort()).toEqual(commands);
    expect([...inFolder('/services/rabbitmq/'), ...inFolder('/pg/'), ...inFolder('/zod/')]).toEqual([]);
  },
  120_000,
);

it.each(['groups ls', 'groups show user-stats', 'dead-letters ls', 'outbox status', 'streams ls', 'check'])(
  'loads for "%s" no handlers, no contracts, and no clients of NATS',
  async (words) => {
    const loaded = await modulesOf(...words.split(' '));
    expect(loaded.filter((url) => url.includes('/cli/src/terminal/run-command.ts'))).toHaveLength(1);
    const heavy = /\/(@bufbuild|@nats-io)\/|\/consumers\/[^/]+\/src\/consumer\.ts$/;
    expect(loaded.filter((url) => heavy.test(url))).toEqual([]);
  },
  120_000,
);
