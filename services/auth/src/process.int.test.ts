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

  it('writes a line of the security log for everything in the inventory that auth sees, without e-mail addresses', async () => {
    const port = String(await freePort());
    const { child, output } = run([], { ...auth.env, PORT: port, AUTH_LIMIT_REFRESHES_PER_MINUTE: '4' });
    const client = createAuthClient(`http://127.0.0.1:${port}`);
    await vi.waitFor(async () => expect((await fetch(`${client.url}/readyz`)).status).toBe(200), 60_000);
    const account = await client.signUp();
    const wrong = { email: account.email, password: 'wrong password', ipAddress: '192.0.2.9' };
    const { accessToken, refreshToken } = await client.signIn(account);
    await client.call('Login', wrong);
    await client.refresh(refreshToken);
    await auth.pool.query("UPDATE refresh_tokens SET replaced_at = replaced_at - interval '1 hour'");
    expect((await client.refresh(refreshToken)).reason).toBe('REFRESH_TOKEN_REUSED');
    expect((await client.call('ListSessions', {}, bearer(accessToken))).reason).toBe('UNAUTHENTICATED');
    const again = await client.signIn(account);
    const next = { currentPassword: account.password, newPassword: 'another long password' };
    expect((await client.call('ChangePassword', next, bearer(again.accessToken))).status).toBe(200);
    await client.call('Logout', { refreshToken: again.refreshToken });
    const last = await client.signIn({ ...account, password: next.newPassword });
    await client.call('RevokeAllSessions', {}, bearer(last.accessToken));
    for (let i = 0; i < 11; i++) await client.call('Login', wrong);
    for (let i = 0; i < 5; i++)
      await client.call('Refresh', { refreshToken: `unknown-${i}`, ipAddress: '192.0.2.9' });

    child.kill('SIGTERM');
    await once(child, 'close');
    const lines = output()
      .split('\n')
      .filter((line) => line.includes('"name":"security"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const userOf = (event: string) => lines.find((line) => line.event === event)?.user_id;
    expect(new Set(lines.map((line) => line.event))).toEqual(
      new Set([
        'signed_in',
        'sign_in_failed',
        'sign_in_locked',
        'signed_out',
        'session_revoked',
        'token_reused',
        'token_refused',
        'password_changed',
        'limit_hit',
      ]),
    );
    for (const event of ['signed_in', 'password_changed', 'session_revoked'])
      expect(userOf(event)).toBe(account.userId);
    expect(lines.find((line) => line.event === 'sign_in_locked')).toMatchObject({
      client_address: '192.0.2.9',
      method: 'auth.v1.AuthService/Login',
      reason: 'RATE_LIMITED',
    });
    expect(JSON.stringify(lines)).not.toContain(account.email);
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
