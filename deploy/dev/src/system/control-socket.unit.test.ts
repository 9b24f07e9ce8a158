import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LaunchError } from '../launch-error.ts';
import { askSupervisor, isProcessVerb, listenForControl } from './control-socket.ts';

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gavel-control-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('a request is carried out, and its sentence is the answer', async () => {
  const control = await listenForControl(directory, async (verb, name) => `${verb} ${name}`);
  expect(await askSupervisor(directory, { verb: 'stop', name: 'relay-bids' })).toBe('stop relay-bids');
  expect(await askSupervisor(directory, { verb: 'start', name: 'ä "b"' })).toBe('start ä "b"');
  await control.stop();
});

test('a failure reaches the command with its way out and its log', async () => {
  const control = await listenForControl(directory, async () => {
    throw new LaunchError('server-died', 'bids ended.', { wayOut: 'Read the log.', log: 'no such key' });
  });
  await expect(askSupervisor(directory, { verb: 'start', name: 'bids' })).rejects.toMatchObject({
    message: 'bids ended.',
    wayOut: 'Read the log.',
    log: 'no such key',
  });
  await control.stop();
});

test('a command that ends before it has asked disturbs nobody', async () => {
  const control = await listenForControl(directory, async () => 'done');
  const half = connect(join(directory, 'control.sock'));
  await new Promise<void>((resolve) => half.write('{"verb"', () => resolve()));
  half.destroy();
  expect(await askSupervisor(directory, { verb: 'stop', name: 'bids' })).toBe('done');
  await control.stop();
});

test('only the user of the launcher can open the socket', async () => {
  const control = await listenForControl(directory, async () => '');
  expect((await stat(join(directory, 'control.sock'))).mode & 0o077).toBe(0);
  await control.stop();
});

test('a supervisor that is gone, or ends before its answer, is reported', async () => {
  const request = { verb: 'stop', name: 'bids' } as const;
  await expect(askSupervisor(directory, request)).rejects.toThrow('does not answer');
  // A file of a supervisor that was killed.
  await writeFile(join(directory, 'control.sock'), '');
  const asked = Promise.withResolvers<void>();
  const control = await listenForControl(directory, async () => {
    asked.resolve();
    return new Promise<never>(() => undefined);
  });
  const failure = askSupervisor(directory, request).catch((error: unknown) => error);
  await asked.promise;
  await control.stop();
  expect(await failure).toMatchObject({ message: 'The supervisor does not answer.' });
});

test('only stop, start and restart are verbs', () => {
  expect(['stop', 'start', 'restart'].every(isProcessVerb)).toBe(true);
  expect(isProcessVerb('kill')).toBe(false);
  expect(isProcessVerb(undefined)).toBe(false);
});
