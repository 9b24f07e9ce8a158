import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeBuildLock } from './build-lock.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gavel-lock-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('the second one waits until the first one releases the lock', async () => {
  const never = new AbortController().signal;
  const steps: string[] = [];
  const release = await takeBuildLock(directory, never);
  const second = takeBuildLock(directory, never).then((releaseSecond) => {
    steps.push('taken');
    return releaseSecond;
  });
  steps.push('released');
  await release();
  await (await second)();
  expect(steps).toEqual(['released', 'taken']);
});

test('the lock of a process that has ended is taken over', async () => {
  const { pid } = spawnSync('true');
  writeFileSync(join(directory, 'web-build.lock'), String(pid));
  await (await takeBuildLock(directory, AbortSignal.timeout(20_000)))();
});

test('a wait ends when its signal is aborted', async () => {
  const release = await takeBuildLock(directory, new AbortController().signal);
  await expect(takeBuildLock(directory, AbortSignal.timeout(20))).rejects.toThrow('interrupted');
  await release();
});
