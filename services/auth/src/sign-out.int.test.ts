import { createTokenVerifier, type TokenVerifier } from '@gavel/service-runtime/caller';
import { type RevokedSessions, startRevokedSessions } from '@gavel/service-runtime/revoked-sessions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, type AuthClient, bearer } from './testing/auth-client.ts';
import { type AuthUnderTest, startAuthUnderTest } from './testing/auth-under-test.ts';

interface SignedIn {
  account: Account;
  accessToken: string;
  refreshToken: string;
}

let auth: AuthUnderTest;
let other: AuthClient;
const services: { verify: TokenVerifier; revoked: RevokedSessions }[] = [];

/** What another service does with access tokens. */
function startService(url: string): TokenVerifier {
  const revoked = startRevokedSessions(url);
  const jwksUrl = `${url}/.well-known/jwks.json`;
  const verify = createTokenVerifier({ jwksUrl, issuer: 'http://auth.gavel', audience: 'gavel', revoked });
  services.push({ verify, revoked });
  return verify;
}

beforeAll(async () => {
  auth = await startAuthUnderTest();
  other = await auth.startAnother();
  for (const { url } of [auth, other]) startService(url);
});
afterAll(async () => {
  for (const { revoked } of services) await revoked.stop();
  await auth?.stop();
});

async function signedIn(account?: Account): Promise<SignedIn> {
  const person = account ?? (await auth.signUp());
  return { account: person, ...(await auth.signIn(person)) };
}

const accepted = ({ accessToken }: SignedIn) =>
  Promise.all(services.map(async ({ verify }) => !!(await verify(accessToken))));

type End = (session: SignedIn) => Promise<unknown>;
const ends: Record<string, End> = {
  'a log-out': ({ refreshToken }) => auth.call('Logout', { refreshToken }),
  'a new sign-in in the same browser': ({ account, refreshToken }) =>
    auth.call('Login', { ...account, userId: undefined, replacedRefreshToken: refreshToken }),
  'a reused refresh token': async ({ refreshToken }) => {
    const { body } = await auth.refresh(refreshToken);
    await auth.refresh(String(body.refreshToken));
    expect((await auth.refresh(refreshToken)).reason).toBe('REFRESH_TOKEN_REUSED');
  },
  'a new password on another device': async ({ account }) => {
    const { accessToken } = await auth.signIn(account);
    const passwords = { currentPassword: account.password, newPassword: 'another password' };
    await auth.call('ChangePassword', passwords, bearer(accessToken));
  },
  'the list of devices': async ({ account, accessToken }) => {
    const listed = await auth.call('ListSessions', {}, bearer(accessToken));
    const [{ id } = { id: '' }] = listed.body.sessions as unknown as { id: string }[];
    await auth.call('RevokeSession', { sessionId: id }, bearer((await auth.signIn(account)).accessToken));
  },
  'signing out everywhere': ({ accessToken }) => auth.call('RevokeAllSessions', {}, bearer(accessToken)),
};

describe.each(Object.entries(ends))('after %s', (_, end) => {
  it('services refuse the access token of the session, and no other one', async () => {
    const [leaving, staying] = [await signedIn(), await signedIn()];
    expect(await accepted(leaving)).toEqual([true, true]);
    await end(leaving);
    expect((await auth.call('GetProfile', {}, bearer(leaving.accessToken))).status).toBe(401);
    await expect.poll(() => accepted(leaving)).toEqual([false, false]);
    expect(await accepted(staying)).toEqual([true, true]);
    expect((await auth.call('GetProfile', {}, bearer(staying.accessToken))).status).toBe(200);
  });
});

it('a service that starts later knows which sessions were revoked before', async () => {
  const leaving = await signedIn();
  await auth.call('Logout', { refreshToken: leaving.refreshToken });
  await expect.poll(() => accepted(leaving)).toEqual([false, false]);
  expect(await startService(auth.url)(leaving.accessToken)).toBeUndefined();
});

it('a failed sign-in ends no session, and neither does a token that does not exist', async () => {
  const staying = await signedIn();
  const request = {
    email: staying.account.email,
    password: 'wrong',
    replacedRefreshToken: staying.refreshToken,
  };
  expect((await auth.call('Login', request)).reason).toBe('BAD_CREDENTIALS');
  const unknown = { ...staying.account, userId: undefined, replacedRefreshToken: 'unknown' };
  expect((await auth.call('Login', unknown)).status).toBe(200);
  expect((await auth.refresh(staying.refreshToken)).status).toBe(200);
});
