import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ServerProcess } from './server-process.ts';

// Ends half a second after SIGTERM, like a server that writes its data first.
const slowToEnd = `process.on('SIGTERM', () => setTimeout(() => process.exit(0), 500)); setInterval(() => undefined, 1000);
process.stdout.write('started');`;

const logFile = join(tmpdir(), `gavel-slow-${process.pid}.log`);

afterAll(() => rm(logFile, { force: true }));

function slowProcess(): ServerProcess {
  return new ServerProcess({
    name: 'slow',
    command: [process.execPath, '-e', slowToEnd],
    env: {},
    cwd: tmpdir(),
    logFile,
    runAs: undefined,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 10_000,
  });
}

test('a process that is being stopped does not count as ready, although it still answers', async () => {
  const server = slowProcess();
  server.spawn();
  let stopped: Promise<void> = Promise.resolve();
  const ready = async () => {
    stopped = server.stop();
    return true;
  };
  await expect(server.waitUntil(ready, 20_000)).rejects.toThrow('slow ended while it was starting');
  await stopped;
  expect(server.pid).toBeNull();
});

test('a start of several steps sees that the process was stopped or killed meanwhile', async () => {
  const server = slowProcess();
  const isStopped = server.watchStops();
  expect(isStopped()).toBe(false);
  await server.stop();
  expect(isStopped()).toBe(true);
  const isKilled = server.watchStops();
  expect(isKilled()).toBe(false);
  await server.kill();
  expect(isKilled()).toBe(true);
});
