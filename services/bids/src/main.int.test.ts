import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { freePort } from '@gavel/service-runtime/testing/free-port';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

let database: TestDatabase;
const children: ChildProcess[] = [];

beforeAll(async () => {
  database = await createTestDatabase([]);
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await database?.drop();
});

function run(
  args: readonly string[],
  env: Record<string, string>,
): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ['--import', '@gavel/observability/preload', 'main.ts', ...args], {
    cwd: new URL('.', import.meta.url),
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      AUTH_URL: 'http://127.0.0.1:1',
      PICTURES_DIRECTORY: 'unused',
      ...env,
    },
  });
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk));
  return { child, output: () => text };
}

/** The exit code, after all output has arrived. */
async function exitOf(child: ChildProcess): Promise<number | null> {
  await once(child, 'close');
  return child.exitCode;
}

describe('the process', () => {
  it('migrates an empty database, serves, and stops cleanly on SIGTERM', async () => {
    for (let i = 0; i < 2; i++) {
      const { child, output } = run(['migrate'], {});
      expect(await exitOf(child), output()).toBe(0);
    }
    const port = await freePort();
    const { child, output } = run([], { PORT: String(port) });
    await vi.waitFor(
      async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status, output()).toBe(200),
      { timeout: 60_000, interval: 100 },
    );
    child.kill('SIGTERM');
    expect(await exitOf(child), output()).toBe(0);
    expect(output()).toContain('stopped');
  });

  it('does not start with an invalid environment, and names every invalid key', async () => {
    const { child, output } = run([], { DATABASE_URL: 'nonsense', PORT: 'x' });
    expect(await exitOf(child)).toBe(1);
    expect(output()).toMatch(/PORT[\s\S]*DATABASE_URL|DATABASE_URL[\s\S]*PORT/);
  });
});
