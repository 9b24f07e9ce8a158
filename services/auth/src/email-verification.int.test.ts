import { decodeEvent } from '@gavel/proto/events';
import { EmailVerifiedSchema } from '@gavel/proto/gen/auth/v1/events_pb';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, type AuthClient, bearer } from './testing/auth-client.ts';
import { type AuthUnderTest, startAuthUnderTest } from './testing/auth-under-test.ts';
import { type Mailbox, openMailbox } from './testing/mailbox.ts';

let mailbox: Mailbox;
let auth: AuthUnderTest;
let strict: AuthClient;
beforeAll(async () => {
  mailbox = await openMailbox();
  auth = await startAuthUnderTest(mailbox.env);
  strict = await auth.startAnother({ AUTH_REQUIRE_VERIFIED_EMAIL: 'true' });
});
afterAll(async () => {
  await auth?.stop();
  await mailbox?.close();
});

const verify = (token: string) => auth.call('VerifyEmail', { token });
const profileOf = async (account: Account) => {
  const { accessToken } = await auth.signIn(account);
  return (await auth.call('GetProfile', {}, bearer(accessToken))).body;
};

describe('a new account', () => {
  it('gets a mail with a link that confirms its address once, and its event', async () => {
    const account = await auth.signUp();
    expect(await profileOf(account)).toMatchObject({ emailVerified: false });
    const token = await mailbox.tokenTo(account.email, '/verify-email');
    expect((await verify(token)).status).toBe(200);
    expect(await profileOf(account)).toMatchObject({ emailVerified: true });
    expect(await verify(token)).toMatchObject({ status: 400, reason: 'VERIFICATION_LINK_INVALID' });
    const { rows } = await auth.pool.query(
      `SELECT sequence, body FROM outbox WHERE aggregate_id = $1 AND type = 'auth.v1.EmailVerified'`,
      [account.userId],
    );
    expect(rows).toMatchObject([{ sequence: 2n }]);
    expect(decodeEvent(EmailVerifiedSchema, rows[0].body)).toMatchObject({
      ok: true,
      body: { userId: account.userId, email: account.email },
    });
  });

  it('gets another link when it asks, and none when its address is confirmed', async () => {
    const account = await auth.signUp();
    const { accessToken } = await auth.signIn(account);
    await mailbox.tokenTo(account.email, '/verify-email');
    const ask = () => auth.call('RequestEmailVerification', {}, bearer(accessToken));
    await expect.poll(async () => (await auth.pool.query('SELECT FROM account_mails')).rowCount).toBe(0);
    expect((await ask()).status).toBe(200);
    expect((await verify(await mailbox.tokenTo(account.email, '/verify-email', 2))).status).toBe(200);
    expect((await ask()).status).toBe(200);
    expect((await auth.pool.query('SELECT FROM account_mails')).rowCount).toBe(0);
    expect((await auth.call('RequestEmailVerification', {})).reason).toBe('UNAUTHENTICATED');
  });

  it('is told of nothing by mail before its address is confirmed, and of a changed password afterwards', async () => {
    const account = await auth.signUp();
    const change = async (currentPassword: string, newPassword: string) => {
      const { accessToken } = await auth.signIn({ ...account, password: currentPassword });
      const request = { currentPassword, newPassword };
      expect((await auth.call('ChangePassword', request, bearer(accessToken))).status).toBe(200);
    };
    await change(account.password, 'the second password');
    await verify(await mailbox.tokenTo(account.email, '/verify-email'));
    expect(await mailbox.subjectsTo(account.email)).toEqual(['Confirm your e-mail address']);
    await change('the second password', 'the third password');
    await expect
      .poll(() => mailbox.subjectsTo(account.email))
      .toEqual(['Your password was changed', 'Confirm your e-mail address']);
  });

  it('is confirmed by a link to choose a new password, too, and its owner is told of the new password', async () => {
    const account = await auth.signUp();
    await mailbox.tokenTo(account.email, '/verify-email');
    await auth.call('RequestPasswordReset', { email: account.email });
    const token = await mailbox.tokenTo(account.email, '/reset-password');
    const password = 'a new and longer password';
    expect((await auth.call('ResetPassword', { token, newPassword: password })).status).toBe(200);
    expect(await profileOf({ ...account, password })).toMatchObject({ emailVerified: true });
    await expect
      .poll(async () => (await mailbox.subjectsTo(account.email))[0])
      .toBe('Your password was changed');
  });
});

describe('the access token of an unconfirmed address', () => {
  it('says so where addresses must be confirmed, until it is renewed after the confirmation', async () => {
    const account = await strict.signUp();
    const { accessToken, refreshToken } = await strict.signIn(account);
    expect(decodeJwt(accessToken)).toMatchObject({ email_verified: false });
    await verify(await mailbox.tokenTo(account.email, '/verify-email'));
    const renewed = await strict.refresh(refreshToken);
    expect(decodeJwt(String(renewed.body.accessToken))).not.toHaveProperty('email_verified');
    expect(decodeJwt((await strict.signIn(account)).accessToken)).not.toHaveProperty('email_verified');
  });

  it('says nothing where unconfirmed accounts may bid and sell', async () => {
    const { accessToken } = await auth.signIn(await auth.signUp());
    expect(decodeJwt(accessToken)).not.toHaveProperty('email_verified');
  });
});
