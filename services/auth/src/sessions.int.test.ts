import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresSessions } from './adapters/postgres/postgres-sessions.ts';
import { pruneSessions } from './application/sessions.ts';
import { type Answer, bearer } from './testing/auth-client.ts';
import { type AuthUnderTest, startAuthUnderTest } from './testing/auth-under-test.ts';

let auth: AuthUnderTest;
beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

async function firstToken(): Promise<string> {
  return (await auth.signIn(await auth.signUp())).refreshToken;
}

async function rotate(token: string): Promise<string> {
  const answer = await auth.refresh(token);
  expect(answer.status).toBe(200);
  return String(answer.body.refreshToken);
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Moves the time of a token's exchange into the past. */
async function ageExchange(token: string, seconds: number): Promise<void> {
  await auth.pool.query(
    `UPDATE refresh_tokens SET replaced_at = replaced_at - $2 * interval '1 s' WHERE token_hash = $1`,
    [hashOf(token), seconds],
  );
}

async function setSession(token: string, assignment: string): Promise<void> {
  await auth.pool.query(
    `UPDATE sessions SET ${assignment} WHERE id = (SELECT session_id FROM refresh_tokens WHERE token_hash = $1)`,
    [hashOf(token)],
  );
}

const refusal = ({ status, reason }: Answer): string => `${status} ${reason}`;

describe('concurrent refreshes with one token', () => {
  it.each([1, 2, 3, 4])('all get the same successor within the grace period (%i)', async () => {
    const token = await firstToken();
    const answers = await Promise.all(Array.from({ length: 16 }, () => auth.refresh(token)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    const successors = new Set(answers.map((answer) => answer.body.refreshToken));
    expect(successors.size).toBe(1);
    expect(successors.has(token)).toBe(false);
    const accessTokens = new Set(answers.map((answer) => answer.body.accessToken));
    expect(accessTokens.size).toBe(16);
    const [successor = ''] = successors;
    expect(await rotate(successor)).not.toBe(successor);
  });

  it('get the same successor from two instances of the service', async () => {
    const other = await auth.startAnother();
    const token = await firstToken();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => (i % 2 ? auth : other).refresh(token)),
    );
    expect(new Set(answers.map((answer) => answer.body.refreshToken)).size).toBe(1);
  });

  it('create one row', async () => {
    const token = await firstToken();
    await Promise.all(Array.from({ length: 8 }, () => auth.refresh(token)));
    const { rows } = await auth.pool.query(
      `SELECT count(*) AS tokens FROM refresh_tokens
       WHERE session_id = (SELECT session_id FROM refresh_tokens WHERE token_hash = $1)`,
      [hashOf(token)],
    );
    expect(rows).toEqual([{ tokens: 2n }]);
  });
});

describe('a reused refresh token', () => {
  it('revokes its whole family after the grace period', async () => {
    const first = await firstToken();
    const second = await rotate(first);
    await ageExchange(first, 11);
    expect(refusal(await auth.refresh(first))).toBe('401 REFRESH_TOKEN_REUSED');
    expect(refusal(await auth.refresh(second))).toBe('401 SESSION_REVOKED');
    expect(refusal(await auth.refresh(first))).toBe('401 SESSION_REVOKED');
  });

  it('two exchanges behind the newest revokes its family even within the grace period', async () => {
    const first = await firstToken();
    const third = await rotate(await rotate(first));
    expect(refusal(await auth.refresh(first))).toBe('401 REFRESH_TOKEN_REUSED');
    expect(refusal(await auth.refresh(third))).toBe('401 SESSION_REVOKED');
  });

  it('does not revoke other sessions of the same user', async () => {
    const account = await auth.signUp();
    const [phone, desk] = [await auth.signIn(account), await auth.signIn(account)];
    const next = await rotate(phone.refreshToken);
    await ageExchange(phone.refreshToken, 11);
    expect((await auth.refresh(phone.refreshToken)).reason).toBe('REFRESH_TOKEN_REUSED');
    expect((await auth.refresh(next)).reason).toBe('SESSION_REVOKED');
    await rotate(desk.refreshToken);
  });

  it('in several concurrent requests is reported as reused once', async () => {
    const first = await firstToken();
    const second = await rotate(first);
    await ageExchange(first, 11);
    const answers = await Promise.all(Array.from({ length: 8 }, () => auth.refresh(first)));
    expect(answers.filter((answer) => answer.reason === 'REFRESH_TOKEN_REUSED')).toHaveLength(1);
    expect(answers.filter((answer) => answer.reason === 'SESSION_REVOKED')).toHaveLength(7);
    expect((await auth.refresh(second)).reason).toBe('SESSION_REVOKED');
  });

  it('gets its successor again until the end of the grace period', async () => {
    const first = await firstToken();
    const second = await rotate(first);
    await ageExchange(first, 1);
    expect(await rotate(first)).toBe(second);
    await ageExchange(first, 9);
    expect((await auth.refresh(first)).reason).toBe('REFRESH_TOKEN_REUSED');
  });
});

describe('a session', () => {
  it('ends at its lifetime and at its idle time with SESSION_EXPIRED', async () => {
    const [old, idle] = [await firstToken(), await firstToken()];
    await setSession(old, `ends_at = now(), idle_ends_at = now()`);
    await setSession(idle, `idle_ends_at = now() - interval '1 s'`);
    expect(refusal(await auth.refresh(old))).toBe('401 SESSION_EXPIRED');
    expect(refusal(await auth.refresh(idle))).toBe('401 SESSION_EXPIRED');
  });

  it('lasts 30 days, or 14 days without use, and use extends only the second', async () => {
    const token = await firstToken();
    await setSession(token, `idle_ends_at = now() + interval '1 day'`);
    await rotate(token);
    const { rows } = await auth.pool.query(
      `SELECT ends_at - created_at = interval '30 days' AS lifetime,
              idle_ends_at - now() BETWEEN interval '13 days 23 hours' AND interval '14 days' AS idle
       FROM sessions WHERE id = (SELECT session_id FROM refresh_tokens WHERE token_hash = $1)`,
      [hashOf(token)],
    );
    expect(rows).toEqual([{ lifetime: true, idle: true }]);
  });

  it.each(['unknown', 'a'.repeat(43), '\u0000'])('of an unknown token (%j) has ended', async (token) => {
    expect(refusal(await auth.refresh(token))).toBe('401 SESSION_EXPIRED');
    expect((await auth.call('Logout', { refreshToken: token })).status).toBe(200);
  });

  it('ends with a log-out with any of its tokens, and a second log-out succeeds', async () => {
    const first = await firstToken();
    const second = await rotate(first);
    for (const refreshToken of [first, second, first]) {
      expect(await auth.call('Logout', { refreshToken })).toMatchObject({ status: 200, body: {} });
    }
    expect(refusal(await auth.refresh(second))).toBe('401 SESSION_REVOKED');
    expect(refusal(await auth.refresh(first))).toBe('401 SESSION_REVOKED');
  });

  it('has ended after a log-out and concurrent refreshes', async () => {
    const token = await firstToken();
    const calls = [auth.refresh(token), auth.call('Logout', { refreshToken: token }), auth.refresh(token)];
    const answers = await Promise.all(calls);
    for (const answer of answers) expect([200, 401]).toContain(answer.status);
    expect((await auth.refresh(token)).reason).toBe('SESSION_REVOKED');
  });

  it('leaves no usable token in the database', async () => {
    const first = await firstToken();
    const second = await rotate(first);
    const { rows } = await auth.pool.query(
      `SELECT string_agg(to_jsonb(t)::text, ' ') || string_agg(encode(t.sealed_successor, 'escape'), ' ') AS everything
       FROM refresh_tokens t`,
    );
    for (const token of [first, second]) {
      expect(rows[0].everything).toContain(hashOf(token).toString('hex'));
      expect(rows[0].everything).not.toContain(token);
      expect(rows[0].everything).not.toContain(Buffer.from(token, 'base64url').toString('hex'));
    }
  });

  it('is deleted with its tokens a day after its end, not earlier', async () => {
    const [ended, recent, live] = [await firstToken(), await firstToken(), await firstToken()];
    await rotate(ended);
    await setSession(ended, `idle_ends_at = now() - interval '25 hours'`);
    await setSession(recent, `idle_ends_at = now() - interval '23 hours'`);
    const ports = { sessions: createPostgresSessions(auth.pool, () => undefined) };
    await Promise.all([pruneSessions(ports), pruneSessions(ports)]);
    const { rows } = await auth.pool.query(
      'SELECT token_hash FROM refresh_tokens WHERE token_hash = ANY ($1)',
      [[ended, recent, live].map(hashOf)],
    );
    expect(rows).toHaveLength(2);
    expect((await auth.refresh(ended)).reason).toBe('SESSION_EXPIRED');
    await rotate(live);
  });
});

interface ListedSession {
  id: string;
  createdAt: string;
  lastUsedAt: string;
  ipAddress: string;
  userAgent: string;
  current: boolean;
}

async function listSessions(accessToken: string): Promise<ListedSession[]> {
  const answer = await auth.call('ListSessions', {}, bearer(accessToken));
  expect(answer.status).toBe(200);
  return answer.body.sessions as unknown as ListedSession[];
}

describe("the list of a person's sessions", () => {
  it('has each live session with its device and its times, the newest use first, and marks the current one', async () => {
    const account = await auth.signUp();
    const device = { ipAddress: '203.0.113.9', userAgent: 'Phone\u0000 1.0' };
    const phone = await auth.call('Login', { ...account, userId: undefined, ...device });
    const desk = await auth.signIn(account);
    await auth.refresh(String(phone.body.refreshToken));
    const [first, second, ...others] = await listSessions(desk.accessToken);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ ipAddress: '203.0.113.9', userAgent: 'Phone 1.0', current: false });
    expect(second).toMatchObject({ ipAddress: '', userAgent: '', current: true });
    expect(Date.parse(String(first?.lastUsedAt))).toBeGreaterThan(Date.parse(String(first?.createdAt)));
    expect((await listSessions(String(phone.body.accessToken))).map(({ current }) => current)).toEqual([
      true,
      false,
    ]);
  });

  it('leaves out sessions that have ended, and those of other people', async () => {
    const account = await auth.signUp();
    const [idle, left, live] = [
      await auth.signIn(account),
      await auth.signIn(account),
      await auth.signIn(account),
    ];
    await auth.signIn(await auth.signUp());
    await setSession(idle.refreshToken, `idle_ends_at = now() - interval '1 s'`);
    await auth.call('Logout', { refreshToken: left.refreshToken });
    expect(await listSessions(live.accessToken)).toEqual([expect.objectContaining({ current: true })]);
  });

  it('needs an access token', async () => {
    for (const method of ['ListSessions', 'RevokeAllSessions'])
      expect(refusal(await auth.call(method, {}))).toBe('401 UNAUTHENTICATED');
    expect(refusal(await auth.call('RevokeSession', { sessionId: 'x' }))).toBe('401 UNAUTHENTICATED');
  });

  it('ends one of its sessions, twice if asked, and no other one', async () => {
    const account = await auth.signUp();
    const [phone, desk] = [await auth.signIn(account), await auth.signIn(account)];
    const listed = await listSessions(desk.accessToken);
    const sessionId = listed.find(({ current }) => !current)?.id;
    for (let i = 0; i < 2; i++)
      expect((await auth.call('RevokeSession', { sessionId }, bearer(desk.accessToken))).status).toBe(200);
    expect((await auth.refresh(phone.refreshToken)).reason).toBe('SESSION_REVOKED');
    expect(await listSessions(desk.accessToken)).toHaveLength(1);
    await rotate(desk.refreshToken);
  });

  it('ends no session of another person, and says that there is none', async () => {
    const [ann, bob] = [await auth.signIn(await auth.signUp()), await auth.signIn(await auth.signUp())];
    const [theirs] = await listSessions(bob.accessToken);
    for (const sessionId of [theirs?.id, 'not an id', '018f0000-0000-7000-8000-000000000000']) {
      const answer = await auth.call('RevokeSession', { sessionId }, bearer(ann.accessToken));
      expect(refusal(answer)).toBe('404 SESSION_NOT_FOUND');
    }
    await rotate(bob.refreshToken);
  });

  it('ends all sessions at once, also the current one', async () => {
    const account = await auth.signUp();
    const [phone, desk] = [await auth.signIn(account), await auth.signIn(account)];
    const stranger = await firstToken();
    expect((await auth.call('RevokeAllSessions', {}, bearer(desk.accessToken))).status).toBe(200);
    for (const { refreshToken } of [phone, desk])
      expect((await auth.refresh(refreshToken)).reason).toBe('SESSION_REVOKED');
    await rotate(stranger);
  });
});
