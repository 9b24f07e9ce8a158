import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TimeoutError } from '@gavel/resilience';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTokenVerifier, type TokenVerifier } from './caller.ts';

const ISSUER = 'http://auth.gavel';
const AUDIENCE = 'gavel';
const USER = '018f0000-0000-7000-8000-00000000000a';
const SESSION = '018f0000-0000-7000-8000-00000000000b';
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let auth: Awaited<ReturnType<typeof publish>>;
let verify: TokenVerifier;

beforeAll(async () => {
  keys = await generateKeyPair('ES256');
  auth = await publish();
  verify = createTokenVerifier({ jwksUrl: auth.url, issuer: ISSUER, audience: AUDIENCE });
});
afterAll(() => auth.close());

/** A server in place of auth: publishes the keys in `keys` and counts the requests. */
async function publish() {
  const published = [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }];
  let asked = 0;
  let status = 200;
  const server = createServer((_, response) => {
    asked += 1;
    response.writeHead(status).end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    keys: published,
    asked: () => asked,
    answer(next: number): void {
      status = next;
    },
    close(): Promise<void> {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function token(
  change: {
    issuer?: string;
    audience?: string;
    ends?: string;
    key?: CryptoKey;
    typ?: string | undefined;
    sub?: string;
    sid?: string | undefined;
    issuedIn?: number;
  } = {},
): Promise<string> {
  const { typ, sid } = { typ: 'at+jwt', sid: SESSION, ...change };
  return new SignJWT({ sid })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1', ...(typ && { typ }) })
    .setSubject(change.sub ?? USER)
    .setJti('token-1')
    .setIssuedAt(Math.floor(Date.now() / 1000) + (change.issuedIn ?? 0))
    .setIssuer(change.issuer ?? ISSUER)
    .setAudience(change.audience ?? AUDIENCE)
    .setExpirationTime(change.ends ?? '15m')
    .sign(change.key ?? keys.privateKey);
}

describe('an access token', () => {
  it('identifies its caller', async () => {
    expect(await verify(await token())).toEqual({ userId: USER, jti: 'token-1', sessionId: SESSION });
  });

  it('is rejected when issuer, audience or signature are wrong, or when it has expired', async () => {
    const stranger = await generateKeyPair('ES256');
    const bad = [
      await token({ issuer: 'http://evil.example' }),
      await token({ audience: 'other' }),
      await token({ ends: '-1s' }),
      await token({ key: stranger.privateKey }),
      'not.a.token',
      '',
    ];
    for (const each of bad) expect(await verify(each)).toBeUndefined();
  });

  it('is rejected when it is unsigned or signed with the public key as an HMAC secret', async () => {
    const [, payload] = (await token()).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await verify(`${none}.${payload}.`)).toBeUndefined();
    const publicKey = Buffer.from(JSON.stringify(await exportJWK(keys.publicKey)));
    const hmac = new SignJWT({})
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .setSubject('u')
      .setJti('t')
      .setIssuedAt();
    const forged = await hmac
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setExpirationTime('15m')
      .sign(publicKey);
    expect(await verify(forged)).toBeUndefined();
  });

  it('is rejected when it is of another type, names no person or session, or was issued in the future', async () => {
    const bad = [
      await token({ typ: undefined }),
      await token({ typ: 'JWT' }),
      await token({ sid: undefined }),
      await token({ sid: 'session-1' }),
      await token({ sub: 'user-1' }),
      await token({ issuedIn: 60 }),
    ];
    for (const each of bad) expect(await verify(each)).toBeUndefined();
  });

  it('of before tokens named sessions is accepted', async () => {
    const former = await token({ typ: 'JWT', sid: undefined });
    expect(await verify(former)).toEqual({ userId: USER, jti: 'token-1' });
  });

  it('is rejected from the moment when its session is revoked, also when it was verified before', async () => {
    const gone = new Set<string>();
    const revoked = { has: (id: string) => gone.has(id), known: () => Promise.resolve() };
    const check = createTokenVerifier({ jwksUrl: auth.url, issuer: ISSUER, audience: AUDIENCE, revoked });
    const theirs = await token();
    expect(await check(theirs)).toBeDefined();
    gone.add(SESSION);
    expect(await check(theirs)).toBeUndefined();
    expect(await check(await token({ sid: USER }))).toBeDefined();
  });

  it('cannot be verified while it is not known which sessions were revoked', async () => {
    const revoked = { has: () => false, known: () => Promise.reject(new TimeoutError('no answer')) };
    const check = createTokenVerifier({ jwksUrl: auth.url, issuer: ISSUER, audience: AUDIENCE, revoked });
    await expect(check(await token())).rejects.toMatchObject({ code: 14 });
  });

  it('cannot be verified while there are no keys, which is an error and not a rejection', async () => {
    const offline = createTokenVerifier({
      jwksUrl: 'http://127.0.0.1:9/',
      issuer: ISSUER,
      audience: AUDIENCE,
    });
    await expect(offline(await token())).rejects.toMatchObject({ code: 14 });
  });
});

describe('the published keys', () => {
  const DAY_MS = 24 * 3600_000;

  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  it('verify a token once a minute, and never accept it after it has expired', async () => {
    const own = await publish();
    const check = createTokenVerifier({ jwksUrl: own.url, issuer: ISSUER, audience: AUDIENCE });
    const [long, short] = [await token({ ends: '10h' }), await token({ ends: '20s' })];
    expect([await check(long), await check(short)]).not.toContain(undefined);
    vi.setSystemTime(Date.now() + 21_000);
    expect(await check(short)).toBeUndefined();
    // Its key is removed. After a minute, and after the keys were fetched again, the token is no longer accepted.
    own.keys.length = 0;
    expect(await check(long)).toBeDefined();
    vi.setSystemTime(Date.now() + 5 * 60_000);
    const aMinuteLater = async () => {
      vi.setSystemTime(Date.now() + 60_001);
      expect(await check(long)).toBeUndefined();
    };
    await vi.waitFor(aMinuteLater, { timeout: 20_000 });
    await own.close();
  });

  it('are used for a day while auth is unavailable', async () => {
    const own = await publish();
    const check = createTokenVerifier({ jwksUrl: own.url, issuer: ISSUER, audience: AUDIENCE });
    expect(await check(await token())).toMatchObject({ userId: USER });
    await own.close();
    for (const later of [11 * 60_000, 3600_000, DAY_MS - 2 * 3600_000]) {
      vi.setSystemTime(Date.now() + later);
      expect(await check(await token())).toMatchObject({ userId: USER });
    }
    vi.setSystemTime(Date.now() + 2 * 3600_000);
    await expect(check(await token())).rejects.toMatchObject({ code: 14 });
  });

  it('are fetched again in the background, so a removed key is no longer accepted', async () => {
    const own = await publish();
    const check = createTokenVerifier({ jwksUrl: own.url, issuer: ISSUER, audience: AUDIENCE });
    expect(await check(await token())).toBeDefined();
    own.keys.length = 0;
    expect(await check(await token())).toBeDefined();
    vi.setSystemTime(Date.now() + 5 * 60_000);
    await vi.waitFor(async () => expect(await check(await token())).toBeUndefined(), 20_000);
    expect(own.asked()).toBeLessThanOrEqual(3);
    await own.close();
  });

  it('are requested at most once a second while there are none, and once in five seconds while there are some', async () => {
    const own = await publish();
    own.answer(500);
    const options = { jwksUrl: own.url, issuer: ISSUER, audience: AUDIENCE };
    const fresh = createTokenVerifier(options);
    for (let i = 0; i < 20; i++) await expect(fresh(await token())).rejects.toMatchObject({ code: 14 });
    expect(own.asked()).toBe(1);
    own.answer(200);
    vi.setSystemTime(Date.now() + 1_000);
    expect(await fresh(await token())).toBeDefined();
    expect(own.asked()).toBe(2);

    own.answer(500);
    vi.setSystemTime(Date.now() + 11 * 60_000);
    for (let i = 0; i < 20; i++) expect(await fresh(await token())).toBeDefined();
    await vi.waitFor(() => expect(own.asked()).toBe(3), 20_000);
    await own.close();
  });
});
