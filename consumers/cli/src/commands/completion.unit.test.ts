import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { partitionsOf } from '@gavel/proto/topology';
import { expect, it } from 'vitest';

const checkout = resolve(import.meta.dirname, '../../../..');

/** What bash offers after each line of words, in a folder of the checkout, with no gavel in the PATH. */
async function completionsInBash(...lines: readonly (readonly string[])[]): Promise<string[]> {
  const script = `
source <("${checkout}/node_modules/.bin/gavel" completion bash)
cd consumers/cli/src
complete_words() { COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); COMPREPLY=(); _gavel; echo "\${COMPREPLY[*]}"; }
${lines.map((words) => `complete_words ${words.map((word) => `'${word}'`).join(' ')}`).join('\n')}`;
  const env = { ...process.env, PATH: '/usr/bin:/bin' };
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: checkout, env });
  return stdout.split('\n').slice(0, -1);
}

it('completes in bash after gavel and after npx gavel, and leaves other programs of npx alone', async () => {
  expect(
    await completionsInBash(
      ['gavel', 'stre'],
      ['npx', 'gavel', 'streams', 'peek', 'gavel.bids-'],
      ['npx', 'gavel'],
      ['npx', 'other', 'stre'],
    ),
  ).toEqual(['streams', partitionsOf('gavel.bids').join(' '), '', '']);
}, 120_000);
