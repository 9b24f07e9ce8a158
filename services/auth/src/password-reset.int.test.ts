import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MailCatcher, openMailCatcher } from '@gavel/dev/mail-catcher';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, bearer, newAddress, newEmail } from './testing/auth-client.ts';
import { type AuthUnderTest, startAuthUnderTest } from './testing/auth-under-test.ts';

const WEB = 'http://web.localhost:3000';
const newPassword = 'a new and longer password';

let directory: string;
let catcher: MailCatcher;
let auth: AuthUnderTest;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'auth-mails-'));
  catcher = await openMailCatcher({ port: 0, smtpPort: 0, directory });
  auth = await startAuthUnderTest({
    SMTP_URL: catcher.smtpUrl,
    WEB_URL: WEB,
    AUTH_LIMIT_MAILS_PER_HOUR: '2',
  });
});
afterAll(async () => {
  await auth?.stop();
  await catcher?.close();
  await rm(directory, { recursive: true });
});

const request = (email: string) => auth.call('RequestPasswordReset', { email });
const reset = (token: string, wanted = newPassword) =>
  auth.call('ResetPassword', { token, newPassword: wanted });

/** The secrets of the links that were mailed to an address, the newest first. */
async function mailedTokens(email: string): Promise<string[]> {
  const mails = await catcher.mails.list();
  return mails.flatMap(({ content }) => {
    if (content.to?.[0]?.address !== email) return [];
    const link = /http\S+\/reset-password\S+/.exec(content.text ?? '')?.[0];
    if (link === undefined) return [];
    expect(link.startsWith(`${WEB}/reset-password?token=`)).toBe(true);
    return [new URL(link).searchParams.get('token') ?? ''];
  });
}

/** Asks for a link and waits for its mail. */
async function linkFor({ email }: Pick<Account, 'email'>): Promise<string> {
  const before = (await mailedTokens(email)).length;
  expect((await request(email)).status).toBe(200);
  await expect.poll(async () => (await mailedTokens(email)).length).toBe(before + 1);
  // Until its row is removed, another request would be the same mail.
  await expect.poll(() => waitingMails(email)).toBe(0);
  return String((await mailedTokens(email))[0]);
}

async function waitingMails(email: string): Promise<number | null> {
  return (
    await auth.pool.query(`SELECT FROM account_mails WHERE email = $1 AND kind = 'password_reset'`, [email])
  ).rowCount;
}

describe('a link to choose a new password', () => {
  it('replaces the password, ends all sessions, and works once', async () => {
    const account = await auth.signUp();
    const signedIn = await auth.signIn(account);
    const token = await linkFor({ email: account.email });
    expect((await reset(token)).status).toBe(200);
    expect((await auth.refresh(signedIn.refreshToken)).reason).toBe('SESSION_REVOKED');
    expect((await auth.call('GetProfile', {}, bearer(signedIn.accessToken))).status).toBe(401);
    const { email } = account;
    expect((await auth.call('Login', { email, password: account.password })).reason).toBe('BAD_CREDENTIALS');
    expect((await auth.call('Login', { email, password: newPassword })).status).toBe(200);
    expect(await reset(token)).toMatchObject({ status: 400, reason: 'RESET_LINK_INVALID' });
  });

  it('is of no use after its 30 minutes, and neither is one that does not exist', async () => {
    const account = await auth.signUp();
    const token = await linkFor(account);
    const { rows } = await auth.pool.query(
      `SELECT extract(epoch FROM expires_at - now()) AS seconds FROM mailed_links WHERE user_id = $1 AND kind = 'password_reset'`,
      [account.userId],
    );
    expect(Number(rows[0].seconds)).toBeGreaterThan(25 * 60);
    expect(Number(rows[0].seconds)).toBeLessThanOrEqual(30 * 60);
    await auth.pool.query('UPDATE mailed_links SET expires_at = now() WHERE user_id = $1', [account.userId]);
    for (const each of [token, 'unknown', '\u0000'])
      expect((await reset(each)).reason).toBe('RESET_LINK_INVALID');
    expect((await auth.signIn(account)).accessToken).toBeTruthy();
  });

  it('works once when it is used twice at the same time, and makes the other links of the account useless', async () => {
    const account = await auth.signUp();
    const [first, second] = [await linkFor(account), await linkFor(account)];
    const answers = await Promise.all([reset(first), reset(first), reset(second)]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ reason }) => reason === 'RESET_LINK_INVALID')).toHaveLength(2);
  });

  it('is refused with a password that nobody may choose, and can be used afterwards', async () => {
    const account = await auth.signUp();
    const token = await linkFor(account);
    for (const refused of ['short', 'password123', account.email])
      expect(await reset(token, refused)).toMatchObject({
        reason: 'INVALID_FIELD',
        metadata: { new_password: expect.any(String) },
      });
    expect((await reset(token)).status).toBe(200);
  });

  it('is in the mail only: the database has no secret', async () => {
    const account = await auth.signUp();
    const token = await linkFor(account);
    const { rows } = await auth.pool.query(
      `SELECT string_agg(to_jsonb(l)::text, ' ') AS links, (SELECT count(*) FROM account_mails) AS waiting
       FROM mailed_links l`,
    );
    expect(rows[0].links).not.toContain(token);
    expect(rows[0].links).not.toContain(Buffer.from(token, 'base64url').toString('hex'));
  });
});

describe('asking for a link', () => {
  it('gets the same answer for an address without an account, and nothing is mailed to it', async () => {
    const [account, nobody] = [await auth.signUp(), newEmail()];
    const answers = [await request(nobody), await request(account.email.toUpperCase())];
    expect(answers[0]).toEqual(answers[1]);
    await expect.poll(async () => (await mailedTokens(account.email)).length).toBe(1);
    await expect.poll(() => waitingMails(nobody)).toBe(0);
    expect(await mailedTokens(nobody)).toEqual([]);
  });

  it('is limited for each address, with or without an account, so nobody is flooded with mails', async () => {
    for (const email of [(await auth.signUp()).email, newEmail()]) {
      for (let i = 0; i < 2; i++) expect((await request(email)).status).toBe(200);
      expect(await request(email)).toMatchObject({ status: 429, reason: 'RATE_LIMITED' });
    }
  });

  it('is limited for each client, and so is trying links', async () => {
    const careful = await auth.startAnother({ AUTH_LIMIT_RESETS_PER_HOUR: '3' });
    const ipAddress = newAddress();
    const tries = [
      () => careful.call('RequestPasswordReset', { email: newEmail(), ipAddress }),
      () => careful.call('ResetPassword', { token: 'unknown', newPassword, ipAddress }),
    ];
    for (const attempt of [...tries, ...tries.slice(1)])
      expect((await attempt()).reason).not.toBe('RATE_LIMITED');
    for (const attempt of tries) expect((await attempt()).reason).toBe('RATE_LIMITED');
  });

  it('is answered UNAVAILABLE by a system that sends no mails', async () => {
    const silent = await auth.startAnother({ SMTP_URL: '' });
    expect(await silent.call('RequestPasswordReset', { email: newEmail() })).toMatchObject({
      status: 503,
      reason: 'UNAVAILABLE',
    });
  });
});
