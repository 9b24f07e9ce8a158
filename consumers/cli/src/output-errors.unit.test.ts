import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const gavel = join(import.meta.dirname, '../bin/gavel');
// A file that does not exist: no command of this test may reach a server.
const env = { ...process.env, GAVEL_CONNECTIONS: '/nonexistent/connections.json' };

/** Runs a line of bash in which $GAVEL is the command line. */
function shell(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile('bash', ['-c', line], { env: { ...env, GAVEL: gavel } }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** Half a minute is not enough for a process on a busy machine. */
const LIMIT_MS = 120_000;

describe('an answer that cannot be written', () => {
  it(
    'on a full disk is an error',
    async () => {
      const { code, stderr } = await shell('"$GAVEL" completion bash > /dev/full');
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: 'gavel: the output cannot be written: ENOSPC: no space left on device, write\n',
      });
    },
    LIMIT_MS,
  );

  it(
    'because its reader is gone ends the command with 141, and without a word',
    async () => {
      // The loop waits until `true` has ended: from then on nothing can be written.
      const { stdout, stderr } = await shell(
        '{ trap "" PIPE; until ! echo 2>/dev/null; do :; done; "$GAVEL" completion bash; echo "code $?" >&2; } | true',
      );
      expect({ stdout, stderr }).toEqual({ stdout: '', stderr: 'code 141\n' });
    },
    LIMIT_MS,
  );

  it(
    'because stdout is closed is an error',
    async () => {
      const { code, stderr } = await shell('"$GAVEL" completion bash >&-');
      expect({ code, stderr }).toEqual({ code: 1, stderr: 'gavel: stdout is closed\n' });
    },
    LIMIT_MS,
  );
});

describe('with --json, errors are one line of JSON on stderr', () => {
  it.each([
    ['groups sek --json', 2, 'usage', "unknown command 'sek' (Did you mean seek?)"],
    ['streams --json', 2, 'usage', 'a command is missing'],
    ['groups show nobody --json', 4, 'notFound', 'no group nobody'],
    [
      '--json streams ls',
      5,
      'unreachable',
      'STREAM_URL is unknown: it is not in /nonexistent/connections.json',
    ],
  ])(
    '%s',
    async (words, code, reason, message) => {
      const printed = await shell(`"$GAVEL" ${words}`);
      expect({ ...printed, stderr: JSON.parse(printed.stderr) }).toEqual({
        code,
        stdout: '',
        stderr: { error: { reason, message, wayOut: expect.any(String) } },
      });
    },
    LIMIT_MS,
  );
});
