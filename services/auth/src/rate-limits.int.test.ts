import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { freePort } from '@gavel/service-runtime/testing/free-port';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type AuthClient, newAddress, newEmail } from './testing/auth-client.ts';
import { type AuthUnderTest, startAuthUnderTest } from './testing/auth-under-test.ts';
import { type Mailbox, openMailbox } from './testing/mailbox.ts';

// Counts in Redis depend on how fast it answers: after 250 ms an instance counts in its memory. So only the tests of counting together
// use it.
const WITHOUT_REDIS = 'redis://127.0.0.1:1';
const withRedis = () => ({ REDIS_URL: inject('infrastructure').redisUrl });

let auth: AuthUnderTest;
let mailbox: Mailbox;
beforeAll(async () => {
  mailbox = await openMailbox();
  auth = await startAuthUnderTest({
    REDIS_URL: WITHOUT_REDIS,
    AUTH_LIMIT_LOGIN_FAILURES: '3',
    AUTH_LIMIT_LOGINS_PER_MINUTE: '5',
    AUTH_LIMIT_REGISTRATIONS_PER_HOUR: '2',
    AUTH_LIMIT_REFRESHES_PER_MINUTE: '4',
  });
});
afterAll(async () => {
  await auth?.stop();
  await mailbox?.close();
});

const wrong = 'wrong password';

async function failLogin(client: AuthClient, email: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    expect((await client.call('Login', { email, password: wrong })).reason).toBe('BAD_CREDENTIALS');
  }
}

describe('rate limits', () => {
  it.each(['a known', 'an unknown'])(
    '%s e-mail address has a limit of failures at each client, and the answer says when to retry',
    async (kind) => {
      const account = kind === 'a known' ? await auth.signUp() : { email: newEmail(), password: 'whatever' };
      await failLogin(auth, account.email, 3);
      for (const password of [wrong, account.password]) {
        const answer = await auth.call('Login', { email: account.email.toUpperCase(), password });
        expect(answer).toMatchObject({ status: 429, reason: 'RATE_LIMITED' });
        const seconds = Number(answer.metadata?.retry_after_seconds);
        expect(seconds).toBeGreaterThan(15 * 60 - 60);
        expect(seconds).toBeLessThanOrEqual(15 * 60);
      }
    },
  );

  it('failures from one address lock nobody out at another address, and all unknown addresses count as one', async () => {
    const account = await auth.signUp();
    const { email, password } = account;
    const [stranger, owner] = [newAddress(), newAddress()];
    for (let i = 0; i < 3; i++) {
      const guess = { email, password: wrong, ipAddress: stranger };
      expect((await auth.call('Login', guess)).reason).toBe('BAD_CREDENTIALS');
    }
    const reason = async (ipAddress: string) =>
      (await auth.call('Login', { email, password, ipAddress })).reason;
    expect(await reason(stranger)).toBe('RATE_LIMITED');
    expect(await reason(owner)).toBeUndefined();
    await failLogin(auth, email, 3);
    for (const unknown of ['', '127.0.0.1', 'not an address'])
      expect(await reason(unknown)).toBe('RATE_LIMITED');
    expect(await reason(owner)).toBeUndefined();
  });

  it('a browser that has signed in before has its own failures, until its token is worthless', async () => {
    const { email, password } = await auth.signUp();
    const deviceToken = (await auth.call('Login', { email, password })).body.deviceToken;
    const from = { email, ipAddress: newAddress() };
    const login = async (more: object) => (await auth.call('Login', { ...from, ...more })).reason;
    for (let i = 0; i < 3; i++) expect(await login({ password: wrong })).toBe('BAD_CREDENTIALS');
    // Others have used up the failures and, two requests later, the requests of this address.
    for (let i = 0; i < 4; i++) expect(await login({ password })).toBe('RATE_LIMITED');
    expect(await login({ password, deviceToken: 'no token' })).toBe('RATE_LIMITED');
    expect(await login({ password, deviceToken })).toBeUndefined();
    for (let i = 0; i < 3; i++) expect(await login({ password: wrong, deviceToken })).toBe('BAD_CREDENTIALS');
    expect(await login({ password, deviceToken })).toBe('RATE_LIMITED');
  });

  it('failures are counted for all instances together', async () => {
    const [one, other] = [await auth.startAnother(withRedis()), await auth.startAnother(withRedis())];
    const email = newEmail();
    await failLogin(one, email, 2);
    await failLogin(other, email, 1);
    expect((await one.call('Login', { email, password: wrong })).reason).toBe('RATE_LIMITED');
    expect((await other.call('Login', { email, password: wrong })).reason).toBe('RATE_LIMITED');
  });

  it('a successful sign-in resets the count of failures', async () => {
    const account = await auth.signUp();
    for (let round = 0; round < 3; round++) {
      await failLogin(auth, account.email, 2);
      await auth.signIn(account);
    }
  });

  it('a burst of guesses exceeds the limit only by the hashes that are computed at the same time', async () => {
    // Nobody answers at this address, so that all guesses are counted in one place. A Redis that is slow for a moment would get only
    // some of them.
    const careful = await auth.startAnother({
      AUTH_HASH_CONCURRENCY: '2',
      REDIS_URL: 'redis://127.0.0.1:1',
    });
    const email = newEmail();
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => careful.call('Login', { email, password: wrong })),
    );
    const verified = answers.filter((answer) => answer.reason === 'BAD_CREDENTIALS').length;
    expect(verified).toBeGreaterThanOrEqual(3);
    expect(verified).toBeLessThanOrEqual(4);
  });

  it('sign-ins are limited per address that the web app names, and other addresses are not affected', async () => {
    const account = await auth.signUp();
    const from = (ipAddress: string) => auth.call('Login', { ...account, userId: undefined, ipAddress });
    const address = newAddress();
    for (let i = 0; i < 5; i++) expect((await from(address)).status).toBe(200);
    const refused = await from(address);
    expect(refused).toMatchObject({ status: 429, reason: 'RATE_LIMITED' });
    expect(Number(refused.metadata?.retry_after_seconds)).toBeLessThanOrEqual(60);
    expect((await from(newAddress())).status).toBe(200);
  });

  it('an address that an untrusted peer names is ignored', async () => {
    // Nobody is trusted here, so all of these count under 127.0.0.1, which no other test file counts under.
    const suspicious = await auth.startAnother({ AUTH_TRUSTED_PEERS: '10.0.0.0/8' });
    const account = await auth.signUp();
    const reasons = new Set<string | undefined>();
    for (let i = 0; i < 6; i++) {
      const request = { email: account.email, password: account.password, ipAddress: newAddress() };
      reasons.add((await suspicious.call('Login', request)).reason);
    }
    expect(reasons).toContain('RATE_LIMITED');
  });

  it('registrations and refreshes are limited per address', async () => {
    const forwarded = { 'x-forwarded-for': `1.1.1.1, ${newAddress()}` };
    const person = { password: 'correct horse', fullName: 'Ann Lee' };
    const register = () => auth.call('Register', { ...person, email: newEmail() }, forwarded);
    expect((await register()).status).toBe(200);
    expect((await register()).status).toBe(200);
    const refused = await register();
    expect(refused).toMatchObject({ status: 429, reason: 'RATE_LIMITED' });
    expect(Number(refused.metadata?.retry_after_seconds)).toBeGreaterThan(3000);

    const ipAddress = newAddress();
    const refresh = () => auth.call('Refresh', { refreshToken: 'unknown', ipAddress });
    for (let i = 0; i < 4; i++) expect((await refresh()).reason).toBe('SESSION_EXPIRED');
    expect((await refresh()).reason).toBe('RATE_LIMITED');
  });

  it('clients on this machine that name no address have a limit of their own', async () => {
    const account = await auth.signUp();
    for (let i = 0; i < 8; i++) await auth.signIn(account);
    for (let i = 0; i < 4; i++) await auth.signUp();
  });
});

describe('the owner of an address', () => {
  it('is told once by mail about wrong passwords that lock it, at whatever address, if it is confirmed', async () => {
    const mailing = await auth.startAnother(mailbox.env);
    const lock = async (email: string) => {
      const guess = { email, password: wrong, ipAddress: newAddress() };
      for (let i = 0; i < 3; i++) expect((await mailing.call('Login', guess)).reason).toBe('BAD_CREDENTIALS');
      expect((await mailing.call('Login', guess)).reason).toBe('RATE_LIMITED');
    };
    const waiting = async () => (await auth.pool.query('SELECT FROM account_mails')).rowCount;
    const first = 'Confirm your e-mail address';
    const [owner, unconfirmed] = [await mailing.signUp(), await mailing.signUp()];
    const token = await mailbox.tokenTo(owner.email, '/verify-email');
    expect((await mailing.call('VerifyEmail', { token })).status).toBe(200);
    const nobody = newEmail();
    for (const email of [nobody, unconfirmed.email, owner.email, owner.email]) await lock(email);
    await expect.poll(waiting, { timeout: 30_000 }).toBe(0);
    expect(await mailbox.subjectsTo(owner.email)).toEqual(['Wrong passwords for your account', first]);
    expect(await mailbox.subjectsTo(unconfirmed.email)).toEqual([first]);
    expect(await mailbox.subjectsTo(nobody)).toEqual([]);
  });
});

describe('without Redis', () => {
  it('users can sign in, failures are limited, and the service is ready', async () => {
    const account = await auth.signUp();
    const { refreshToken } = await auth.signIn(account);
    expect((await auth.refresh(refreshToken)).status).toBe(200);
    await failLogin(auth, account.email, 3);
    const answer = await auth.call('Login', { email: account.email, password: account.password });
    expect(answer.reason).toBe('RATE_LIMITED');
    const ready = await fetch(`${auth.url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ checks: { redis: { detail: { connected: false } } } });
  });

  it('users can sign in meanwhile, and afterwards failures are counted together again', async () => {
    const link = await openLink(new URL(withRedis().REDIS_URL));
    const client = await auth.startAnother({ REDIS_URL: link.url });
    const account = await client.signUp();
    await failLogin(client, account.email, 2);
    await link.cut();
    await vi.waitFor(async () => expect(await redisConnected(client)).toBe(false), 30_000);
    await client.signIn(account);
    await link.restore();
    await vi.waitFor(async () => expect(await redisConnected(client)).toBe(true), 30_000);
    await failLogin(client, account.email, 1);
    const other = await auth.startAnother(withRedis());
    expect((await other.call('Login', { email: account.email, password: wrong })).reason).toBe(
      'RATE_LIMITED',
    );
    await link.cut();
  });
});

async function redisConnected(client: AuthClient): Promise<boolean> {
  const report = (await (await fetch(`${client.url}/readyz`)).json()) as {
    checks: { redis: { detail: { connected: boolean } } };
  };
  return report.checks.redis.detail.connected;
}

/** A network connection to Redis that can be cut and restored. */
async function openLink(target: URL) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) sockets.add(socket.on('error', () => socket.destroy()));
    near.pipe(far).pipe(near);
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const url = new URL(target);
  url.host = `127.0.0.1:${await listen(await freePort())}`;
  return {
    url: url.href,
    async cut() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    restore: () => listen(Number(url.port)),
  };
}
