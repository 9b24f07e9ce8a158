import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, bearer } from './testing/auth-client.ts';
import { type AuthUnderTest, startAuthUnderTest } from './testing/auth-under-test.ts';

let auth: AuthUnderTest;
beforeAll(async () => {
  auth = await startAuthUnderTest({ AUTH_LIMIT_LOGIN_FAILURES: '3' });
});
afterAll(() => auth.stop());

const newPassword = 'a new and longer password';

function changePassword(accessToken: string, currentPassword: string, wanted = newPassword) {
  return auth.call('ChangePassword', { currentPassword, newPassword: wanted }, bearer(accessToken));
}

const signInReason = async ({ email }: Account, password: string) =>
  (await auth.call('Login', { email, password })).reason;

describe('a change of the password', () => {
  it('needs the current password, and replaces it', async () => {
    const account = await auth.signUp();
    const { accessToken } = await auth.signIn(account);
    expect(await changePassword(accessToken, 'not the password')).toMatchObject({
      status: 403,
      reason: 'WRONG_PASSWORD',
    });
    expect(await signInReason(account, newPassword)).toBe('BAD_CREDENTIALS');
    expect((await changePassword(accessToken, account.password)).status).toBe(200);
    expect(await signInReason(account, account.password)).toBe('BAD_CREDENTIALS');
    expect(await signInReason(account, newPassword)).toBeUndefined();
  });

  it('ends the other sessions of the person, and keeps the one that asks', async () => {
    const account = await auth.signUp();
    const [phone, desk] = [await auth.signIn(account), await auth.signIn(account)];
    const renewed = await auth.refresh(desk.refreshToken);
    expect((await changePassword(String(renewed.body.accessToken), account.password)).status).toBe(200);
    expect((await auth.refresh(phone.refreshToken)).reason).toBe('SESSION_REVOKED');
    expect((await auth.refresh(String(renewed.body.refreshToken))).status).toBe(200);
  });

  it('is refused without a sign-in, and for a password that nobody may choose', async () => {
    expect(await auth.call('ChangePassword', { currentPassword: 'x', newPassword })).toMatchObject({
      status: 401,
    });
    const account = await auth.signUp();
    const { accessToken } = await auth.signIn(account);
    for (const refused of ['short', 'password123', account.email]) {
      const answer = await changePassword(accessToken, account.password, refused);
      expect(answer).toMatchObject({
        reason: 'INVALID_FIELD',
        metadata: { new_password: expect.any(String) },
      });
    }
  });

  it('counts wrong passwords like a sign-in, so a stolen access token does not help to guess one', async () => {
    const account = await auth.signUp();
    const { accessToken } = await auth.signIn(account);
    for (let i = 0; i < 3; i++)
      expect((await changePassword(accessToken, `guess ${i}`)).reason).toBe('WRONG_PASSWORD');
    expect((await changePassword(accessToken, account.password)).reason).toBe('RATE_LIMITED');
  });

  it('leaves no session that was opened with the old password at the same time', async () => {
    const account = await auth.signUp();
    const { accessToken, refreshToken } = await auth.signIn(account);
    const [changed, ...signIns] = await Promise.all([
      changePassword(accessToken, account.password),
      ...Array.from({ length: 6 }, () =>
        auth.call('Login', { email: account.email, password: account.password }),
      ),
    ]);
    expect(changed?.status).toBe(200);
    for (const { status, body } of signIns) {
      if (status === 200)
        expect((await auth.refresh(String(body.refreshToken))).reason).toBe('SESSION_REVOKED');
    }
    expect((await auth.refresh(refreshToken)).status).toBe(200);
  });

  it('happens once when two requests name the same current password', async () => {
    const account = await auth.signUp();
    const { accessToken } = await auth.signIn(account);
    const wanted = ['first new password', 'second new password'];
    const answers = await Promise.all(
      wanted.map((each) => changePassword(accessToken, account.password, each)),
    );
    expect(answers.map(({ reason }) => reason).toSorted()).toEqual(['WRONG_PASSWORD', undefined]);
    const winner = answers.findIndex(({ status }) => status === 200);
    expect(await signInReason(account, String(wanted[winner]))).toBeUndefined();
  });
});
