import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, bearer } from './testing/auth-client.ts';
import { type AuthUnderTest, startAuthUnderTest } from './testing/auth-under-test.ts';

let auth: AuthUnderTest;
beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth?.stop());

/** The code of the 30 seconds that are `later` from now. */
const codeOf = (secret: string, later = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + later * 30_000 });

const start = (accessToken: string, { password }: Account) =>
  auth.call('StartTwoFactor', { currentPassword: password }, bearer(accessToken));

/** A person whose sign-ins need a code. */
async function protectedAccount() {
  const account = await auth.signUp();
  const { accessToken } = await auth.signIn(account);
  const secret = String((await start(accessToken, account)).body.secret);
  const enabled = await auth.call('EnableTwoFactor', { code: codeOf(secret) }, bearer(accessToken));
  expect(enabled.status).toBe(200);
  return { account, accessToken, secret, recoveryCodes: enabled.body.recoveryCodes as unknown as string[] };
}

/** Gives the right password. Returns the challenge. */
async function challengeOf({ email, password }: Account): Promise<string> {
  const answer = await auth.call('Login', { email, password });
  expect(answer).toMatchObject({ status: 401, reason: 'SECOND_FACTOR_NEEDED' });
  return String(answer.metadata?.challenge);
}

const complete = (challenge: string, code: string) => auth.call('CompleteLogin', { challenge, code });
/** Codes of this time may be used again, as if half a minute had passed. */
const forgetUsedCodes = (userId: string) =>
  auth.pool.query('UPDATE two_factor SET last_step = 0 WHERE user_id = $1', [userId]);
const profile = async (accessToken: string) => (await auth.call('GetProfile', {}, bearer(accessToken))).body;

describe('a sign-in with a second factor', () => {
  it('needs the password and then a code, and each code is accepted once', async () => {
    const { account, accessToken, secret } = await protectedAccount();
    expect(await profile(accessToken)).toMatchObject({ twoFactor: true, recoveryCodesLeft: 10 });
    const next = codeOf(secret, 1);
    const answer = await complete(await challengeOf(account), next);
    expect(answer.status).toBe(200);
    expect(answer.body.deviceToken).toBeTruthy();
    expect(await profile(String(answer.body.accessToken))).toMatchObject({ id: account.userId });
    expect((await auth.refresh(String(answer.body.refreshToken))).status).toBe(200);
    for (const used of [next, codeOf(secret)])
      expect(await complete(await challengeOf(account), used)).toMatchObject({
        status: 403,
        reason: 'WRONG_CODE',
      });
  });

  it('accepts one code once when it is sent twice at the same time', async () => {
    const { account, secret } = await protectedAccount();
    const challenges = [await challengeOf(account), await challengeOf(account)];
    const code = codeOf(secret, 1);
    const answers = await Promise.all(challenges.map((challenge) => complete(challenge, code)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 403]);
  });

  it('accepts each recovery code once, as people type it', async () => {
    const { account, accessToken, recoveryCodes } = await protectedAccount();
    const [code = '', other = ''] = recoveryCodes;
    const typed = ` ${code.toUpperCase().replaceAll('-', ' ')}`;
    expect((await complete(await challengeOf(account), typed)).status).toBe(200);
    expect((await complete(await challengeOf(account), code)).reason).toBe('WRONG_CODE');
    expect((await complete(await challengeOf(account), other)).status).toBe(200);
    expect(await profile(accessToken)).toMatchObject({ recoveryCodesLeft: 8 });
  });

  it('ends after five tries, after its use, and with a new password', async () => {
    const { account, accessToken, secret, recoveryCodes } = await protectedAccount();
    const challenge = await challengeOf(account);
    for (let i = 0; i < 5; i++) expect((await complete(challenge, '000000x')).reason).toBe('WRONG_CODE');
    expect((await complete(challenge, codeOf(secret, 1))).reason).toBe('SIGN_IN_ENDED');
    const used = await challengeOf(account);
    expect((await complete(used, String(recoveryCodes[0]))).status).toBe(200);
    expect((await complete(used, String(recoveryCodes[1]))).reason).toBe('SIGN_IN_ENDED');
    const old = await challengeOf(account);
    const request = { currentPassword: account.password, newPassword: 'a new and longer password' };
    expect((await auth.call('ChangePassword', request, bearer(accessToken))).status).toBe(200);
    expect((await complete(old, String(recoveryCodes[1]))).reason).toBe('SIGN_IN_ENDED');
    expect((await complete('unknown', '123456')).reason).toBe('SIGN_IN_ENDED');
  });

  it('is paused after ten wrong codes, whatever the address and the password', async () => {
    const { account, recoveryCodes } = await protectedAccount();
    for (let i = 0; i < 2; i++) {
      const challenge = await challengeOf(account);
      for (let tries = 0; tries < 5; tries++) await complete(challenge, '000000x');
    }
    const challenge = await challengeOf(account);
    expect(await complete(challenge, String(recoveryCodes[0]))).toMatchObject({
      status: 429,
      reason: 'RATE_LIMITED',
      metadata: { retry_after_seconds: expect.any(String) },
    });
  });
});

describe('the second factor', () => {
  it('is turned on with the password and a code, and off with both', async () => {
    const account = await auth.signUp();
    const { accessToken } = await auth.signIn(account);
    const call = (method: string, request: object) => auth.call(method, request, bearer(accessToken));
    expect((await start(accessToken, { ...account, password: 'wrong' })).reason).toBe('WRONG_PASSWORD');
    expect((await call('EnableTwoFactor', { code: '123456' })).reason).toBe('TWO_FACTOR_NOT_STARTED');
    const { secret = '', uri = '' } = (await start(accessToken, account)).body;
    expect(new URL(uri).searchParams.get('secret')).toBe(secret);
    expect((await call('EnableTwoFactor', { code: codeOf(secret, 5) })).reason).toBe('WRONG_CODE');
    expect((await auth.signIn(account)).accessToken).toBeTruthy();
    expect((await call('EnableTwoFactor', { code: codeOf(secret) })).status).toBe(200);
    expect((await start(accessToken, account)).reason).toBe('TWO_FACTOR_ENABLED');
    const currentPassword = account.password;
    await forgetUsedCodes(account.userId);
    const code = codeOf(secret);
    const off = (request: object) => call('DisableTwoFactor', { currentPassword, code, ...request });
    expect((await off({ currentPassword: 'wrong' })).reason).toBe('WRONG_PASSWORD');
    expect((await off({ code: codeOf(secret, 5) })).reason).toBe('WRONG_CODE');
    expect((await off({})).status).toBe(200);
    expect((await off({})).reason).toBe('TWO_FACTOR_NOT_STARTED');
    expect((await auth.signIn(account)).accessToken).toBeTruthy();
  });

  it('is stored encrypted, and recovery codes only as hashes', async () => {
    const { account, secret, recoveryCodes } = await protectedAccount();
    const { rows } = await auth.pool.query(
      `SELECT sealed_secret AS sealed, (SELECT string_agg(encode(code_hash, 'hex'), ' ') FROM recovery_codes r
         WHERE r.user_id = t.user_id) AS codes FROM two_factor t WHERE user_id = $1`,
      [account.userId],
    );
    const sealed = rows[0].sealed as Buffer;
    expect(sealed.toString('latin1')).not.toContain(secret);
    expect(sealed.includes(Buffer.from(Secret.fromBase32(secret).bytes))).toBe(false);
    for (const code of recoveryCodes) expect(rows[0].codes).not.toContain(Buffer.from(code).toString('hex'));
  });
});
