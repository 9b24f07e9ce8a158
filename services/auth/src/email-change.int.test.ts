import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, bearer, newEmail } from './testing/auth-client.ts';
import { type AuthUnderTest, startAuthUnderTest } from './testing/auth-under-test.ts';
import { type Mailbox, openMailbox } from './testing/mailbox.ts';

let mailbox: Mailbox;
let auth: AuthUnderTest;
beforeAll(async () => {
  mailbox = await openMailbox();
  auth = await startAuthUnderTest(mailbox.env);
});
afterAll(async () => {
  await auth?.stop();
  await mailbox?.close();
});

const verify = (token: string) => auth.call('VerifyEmail', { token });

/** A person with a confirmed address, signed in. */
async function confirmed() {
  const account = await auth.signUp();
  await verify(await mailbox.tokenTo(account.email, '/verify-email'));
  return { account, ...(await auth.signIn(account)) };
}

const change = (accessToken: string, { password }: Account, wanted: string) =>
  auth.call('RequestEmailChange', { currentPassword: password, newEmail: wanted }, bearer(accessToken));

describe('a change of the e-mail address', () => {
  it('happens when the link at the new address is opened; both addresses get mails, and sessions stay', async () => {
    const { account, accessToken, refreshToken } = await confirmed();
    const wanted = newEmail();
    expect((await change(accessToken, account, wanted.toUpperCase())).status).toBe(200);
    const token = await mailbox.tokenTo(wanted, '/verify-email');
    expect((await auth.call('GetProfile', {}, bearer(accessToken))).body.email).toBe(account.email);
    expect((await verify(token)).status).toBe(200);
    expect((await auth.call('GetProfile', {}, bearer(accessToken))).body).toMatchObject({
      email: wanted,
      emailVerified: true,
    });
    expect((await auth.refresh(refreshToken)).status).toBe(200);
    expect((await auth.signIn({ ...account, email: wanted })).accessToken).toBeTruthy();
    const { email, password } = account;
    expect((await auth.call('Login', { email, password })).reason).toBe('BAD_CREDENTIALS');
    await expect
      .poll(async () => new Set(await mailbox.subjectsTo(account.email)))
      .toEqual(
        new Set([
          'Confirm your e-mail address',
          'Somebody asks to change your e-mail address',
          'Your e-mail address was changed',
        ]),
      );
    const { rows } = await auth.pool.query(
      `SELECT sequence FROM outbox WHERE aggregate_id = $1 AND type = 'auth.v1.EmailVerified' ORDER BY sequence`,
      [account.userId],
    );
    expect(rows).toEqual([{ sequence: 2n }, { sequence: 3n }]);
  });

  it('needs the password and another address', async () => {
    const { account, accessToken } = await confirmed();
    const wrong = await change(accessToken, { ...account, password: 'not the password' }, newEmail());
    expect(wrong).toMatchObject({ status: 403, reason: 'WRONG_PASSWORD' });
    const same = await change(accessToken, account, account.email.toUpperCase());
    expect(same).toMatchObject({ reason: 'INVALID_FIELD', metadata: { new_email: expect.any(String) } });
  });

  it('to an address of another account gets the same answer, and the link changes nothing', async () => {
    const [{ account, accessToken }, other] = [await confirmed(), await confirmed()];
    expect((await change(accessToken, account, other.account.email)).status).toBe(200);
    const token = await mailbox.tokenTo(other.account.email, '/verify-email', 2);
    expect(await verify(token)).toMatchObject({ status: 409, reason: 'EMAIL_TAKEN' });
    expect((await auth.signIn(account)).accessToken).toBeTruthy();
  });

  it('does not happen after the password was changed', async () => {
    const { account, accessToken } = await confirmed();
    const wanted = newEmail();
    await change(accessToken, account, wanted);
    const token = await mailbox.tokenTo(wanted, '/verify-email');
    const request = { currentPassword: account.password, newPassword: 'a new and longer password' };
    expect((await auth.call('ChangePassword', request, bearer(accessToken))).status).toBe(200);
    expect((await verify(token)).reason).toBe('VERIFICATION_LINK_INVALID');
  });
});
