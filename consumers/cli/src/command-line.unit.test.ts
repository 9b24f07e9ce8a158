import { partitionsOf } from '@gavel/proto/topology';
import { type Command, CommanderError } from 'commander';
import { afterEach, expect, it, vi } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { createCommandLine } from './command-line.ts';
import { knownGroups, workQueues } from './groups/known-groups.ts';

/** What a command line prints, and Commander's exit code. Only for words that reach no server. */
async function answerTo(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const gavel = createCommandLine(() => Promise.reject(new Error('no command may run')));
  const printed = { stdout: '', stderr: '' };
  const capture = (command: Command): void => {
    command.configureOutput({
      writeOut: (text) => {
        printed.stdout += text;
      },
      writeErr: (text) => {
        printed.stderr += text;
      },
    });
    for (const each of command.commands) capture(each);
  };
  capture(gavel);
  try {
    await gavel.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { code: error.exitCode, ...printed };
  }
  return { code: 0, ...printed };
}

it('--version prints the version', async () => {
  expect(await answerTo('--version')).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
});

it.each([
  [['help', 'nonsense'], 'nonsense'],
  [['help', 'streams', 'nonsense'], 'nonsense'],
  [['streams', 'help', 'nonsense'], 'nonsense'],
  [['help', 'streams', 'peek', 'nonsense'], 'nonsense'],
])('%j names the command that does not exist, and fails', async (words, unknown) => {
  const { code, stdout, stderr } = await answerTo(...words);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(`unknown command '${unknown}'`);
  expect(stderr).toContain('See --help');
});

it.each([
  [['help'], 'gavel [options] [command]'],
  [['help', 'streams', 'peek'], 'gavel streams peek'],
  [['streams', 'help', 'peek'], 'gavel streams peek'],
  [['help', 'connections'], 'gavel connections'],
])('%j prints the help of that command', async (words, usage) => {
  const { code, stdout } = await answerTo(...words);
  expect(code).toBe(0);
  expect(stdout).toContain(`Usage: ${usage}`);
});

afterEach(() => vi.restoreAllMocks());

/** The words that a shell offers after `gavel …`. */
async function completionsOf(...words: string[]): Promise<string[]> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await answerTo('__complete', '--', ...words);
  const printed = write.mock.calls.map(([text]) => String(text)).join('');
  write.mockRestore();
  return printed.split('\n').filter((word) => word !== '');
}

it('completes partitions wherever a partition can stand', async () => {
  const bids = partitionsOf('gavel.bids');
  expect(await completionsOf('streams', 'peek', 'gavel.bids')).toEqual(['gavel.bids', ...bids]);
  expect(await completionsOf('streams', 'tail', 'gavel.bids-')).toEqual(bids);
  expect(await completionsOf('streams', 'show', 'gavel.bids')).toEqual(['gavel.bids']);
  expect(await completionsOf('groups', 'seek', 'user-stats', '--partition', 'gavel.bids')).toEqual(bids);
});

it('completes for dead letters the groups of streams and of work queues', async () => {
  const names = [...knownGroups, ...workQueues].map(({ name }) => name).sort();
  expect(names).toContain('notifications');
  expect(await completionsOf('dead-letters', 'ls', '--group', '')).toEqual(names);
});
