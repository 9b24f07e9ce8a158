import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '@gavel/service-runtime/testing/free-port';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bearer, createAuthClient } from './testing/auth-client.ts';
import { type AuthUnderTest, startAuthUnderTest } from './testing/auth-under-test.ts';

let auth: AuthUnderTest;
const children: ChildProcess[] = [];
beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await auth?.stop();
});

function run(
  args: readonly string[],
  env: Record<string, string>,
): { child: ChildProcess; output: () => string } {
  const path = new URL('main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', '@gavel/observability/preload', path, ...args], {
    env: { PATH: process.env.PATH, LOG_LEVEL: 'trace', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: new URL('..', import.meta.url).pathname,
  });
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => (text += part));
  return { child, output: () => text };
}

describe('the process', () => {
  it('logs no password, token or key, also for rejected and failed requests, and stops on SIGTERM', async () => {
    const port = String(await freePort());
    const { child, output } = run([], { ...auth.env, PORT: port });
    const client = createAuthClient(`http://127.0.0.1:${port}`);
    await vi.waitFor(async () => expect((await fetch(`${client.url}/readyz`)).status).toBe(200), 60_000);

    const account = await client.signUp();
    const { accessToken, refreshToken } = await client.signIn(account);
    const secrets = [account.password, accessToken, refreshToken];
    const wrong = 'a wrong but telling password';
    expect((await client.call('Login', { email: account.email, password: wrong })).status).toBe(401);
    expect((await client.call('Register', { ...account, fullName: 'x', userId: undefined })).status).toBe(
      409,
    );
    secrets.push(wrong, String((await client.refresh(refreshToken)).body.refreshToken));
    await client.call('GetProfile', {}, bearer(accessToken));
    await auth.pool.query('ALTER TABLE refresh_tokens RENAME TO refresh_tokens_gone');
    expect((await client.refresh(refreshToken)).reason).toBe('INTERNAL');
    expect((await client.call('Login', account)).status).toBeGreaterThanOrEqual(400);
    await auth.pool.query('ALTER TABLE refresh_tokens_gone RENAME TO refresh_tokens');

    child.kill('SIGTERM');
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    expect(output()).toContain('request failed');
    for (const secret of secrets) expect(output()).not.toContain(secret);
    expect(output()).not.toContain('PRIVATE KEY');
    expect(output()).not.toContain('$argon2');
  });

  it('does not start with a bad environment, and names all bad keys without their values', async () => {
    const { child, output } = run([], { PORT: 'seventeen', DATABASE_URL: 'mysql://secret@host/x' });
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    for (const key of ['PORT', 'DATABASE_URL', 'REDIS_URL', 'AUTH_SIGNING_KEYS_DIR']) {
      expect(output()).toContain(key);
    }
    expect(output()).not.toContain('secret@host');
  });

  it('can migrate twice', async () => {
    for (let i = 0; i < 2; i++) {
      const { child, output } = run(['migrate'], { DATABASE_URL: String(auth.env.DATABASE_URL) });
      const [code] = await once(child, 'close');
      expect(code, output()).toBe(0);
      expect(output()).toContain('up to date');
    }
  });
});
