import { expect, test, vi } from 'vitest';
import { buildUnlessBuilt, packageFolders } from './bff-build.ts';

const otherRuns = 'Another next build process is already running';

test('no build begins after an abort while it waits for another build', async () => {
  const ending = new AbortController();
  const build = vi.fn(async () => otherRuns);
  const built = buildUnlessBuilt({ isBuilt: async () => false, build }, ending.signal);
  await vi.waitFor(() => expect(build).toHaveBeenCalledTimes(1), { timeout: 20_000 });
  ending.abort();
  await expect(built).rejects.toThrow('interrupted');
  expect(build).toHaveBeenCalledTimes(1);
});

test('no build begins after an abort while the sources are compared', async () => {
  const ending = new AbortController();
  const build = vi.fn(async () => undefined);
  const isBuilt = async () => {
    ending.abort();
    return false;
  };
  await expect(buildUnlessBuilt({ isBuilt, build }, ending.signal)).rejects.toThrow('interrupted');
  expect(build).not.toHaveBeenCalled();
});

test('a build that waits for another one uses its result', async () => {
  let builds = 0;
  const build = async () => {
    builds += 1;
    return otherRuns;
  };
  const isBuilt = async () => builds > 0;
  expect(await buildUnlessBuilt({ isBuilt, build }, new AbortController().signal)).toBe(false);
  expect(builds).toBe(1);
});

test('a failed build shows the end of its output', async () => {
  const steps = { isBuilt: async () => false, build: async () => 'line 1\nno such module' };
  const failure = buildUnlessBuilt(steps, new AbortController().signal);
  await expect(failure).rejects.toMatchObject({
    message: 'The web app could not be built.',
    log: 'line 1\nno such module',
  });
});

test('the web app is built again after a change in any package that it uses', async () => {
  expect(await packageFolders('@gavel/bff')).toEqual([
    'bff',
    'observability',
    'proto',
    'services/rabbitmq',
    'services/resilience',
  ]);
});
