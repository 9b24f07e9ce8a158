import { generateKeyPairSync } from 'node:crypto';
import { readdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { createTokenVerifier } from '@gavel/service-runtime/caller';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addSigningKey, readSigningKeys } from './adapters/jwt/signing-key-directory.ts';
import { bearer } from './testing/auth-client.ts';
import { type AuthUnderTest, startAuthUnderTest } from './testing/auth-under-test.ts';

let auth: AuthUnderTest;
beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

const directory = (): string => String(auth.env.AUTH_SIGNING_KEYS_DIR);

/** A token like those of auth and signed with auth's key, except for the changes. */
async function forge(
  changes: Record<string, unknown>,
  header: { alg?: string; kid?: string; typ?: string } = { typ: 'at+jwt' },
): Promise<string> {
  const [key] = await readSigningKeys(directory());
  if (!key) throw new Error('no key');
  const { accessToken } = await auth.signIn(await auth.signUp());
  return new SignJWT({ ...decodeJwt(accessToken), ...changes })
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, ...header })
    .sign(key.privateKey);
}

describe('an access token', () => {
  it('has subject, issuer, audience and expiry, and is verified with the published keys', async () => {
    const account = await auth.signUp();
    const { accessToken, expiresAt } = await auth.signIn(account);
    const keys = createRemoteJWKSet(new URL(`${auth.url}/.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(accessToken, keys, {
      issuer: 'http://auth.gavel',
      audience: 'gavel',
    });
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', kid: expect.any(String), typ: 'at+jwt' });
    expect(payload).toMatchObject({ sub: account.userId, jti: expect.any(String), sid: expect.any(String) });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(900);
    expect(Date.parse(expiresAt)).toBe(Number(payload.exp) * 1000);
    expect(JSON.stringify(payload)).not.toContain('@');
  });

  it('is accepted by the verifier of the other services, only with the right issuer and audience', async () => {
    const account = await auth.signUp();
    const { accessToken } = await auth.signIn(account);
    const options = { jwksUrl: `${auth.url}/.well-known/jwks.json`, issuer: 'http://auth.gavel' };
    const verify = createTokenVerifier({ ...options, audience: 'gavel' });
    expect(await verify(accessToken)).toMatchObject({ userId: account.userId });
    expect(await createTokenVerifier({ ...options, audience: 'other' })(accessToken)).toBeUndefined();
  });

  it('is rejected by this service with a wrong issuer, audience or expiry, or without a claim', async () => {
    expect((await auth.call('GetProfile', {}, bearer(await forge({})))).status).toBe(200);
    const now = Math.floor(Date.now() / 1000);
    const bad: Record<string, unknown>[] = [
      { iss: 'http://elsewhere' },
      { aud: 'another system' },
      { exp: now - 1 },
      { exp: undefined },
      { jti: undefined },
      { sub: undefined },
      { sub: 'ann' },
      { sid: 'a session' },
      { iat: now + 60 },
    ];
    for (const change of bad) {
      const answer = await auth.call('GetProfile', {}, bearer(await forge(change)));
      expect(answer, JSON.stringify(change)).toMatchObject({ status: 401, reason: 'UNAUTHENTICATED' });
    }
  });

  it('is rejected with another type, and without a session unless it was issued before tokens named one', async () => {
    const status = async (token: string) => (await auth.call('GetProfile', {}, bearer(token))).status;
    for (const header of [{ typ: 'JWT' }, { typ: 'logout+jwt' }, {}])
      expect(await status(await forge({}, header))).toBe(401);
    expect(await status(await forge({ sid: undefined }))).toBe(401);
    expect(await status(await forge({ sid: undefined }, { typ: 'JWT' }))).toBe(200);
  });

  it('is rejected with the signature of another key, even under our key id, and without a signature', async () => {
    const { accessToken } = await auth.signIn(await auth.signUp());
    const payload = decodeJwt(accessToken);
    const { kid } = decodeProtectedHeader(accessToken);
    const stranger = generateKeyPairSync('ed25519').privateKey;
    const signed = await new SignJWT(payload)
      .setProtectedHeader({ alg: 'EdDSA', kid: String(kid) })
      .sign(stranger);
    const publicJwk = JSON.stringify((await readSigningKeys(directory()))[0]?.publicJwk);
    const hmac = await new SignJWT(payload)
      .setProtectedHeader({ alg: 'HS256', kid: String(kid) })
      .sign(new TextEncoder().encode(publicJwk));
    const [head, body] = [{ alg: 'none', kid }, payload].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    for (const token of [signed, hmac, `${head}.${body}.`]) {
      expect((await auth.call('GetProfile', {}, bearer(token))).status).toBe(401);
    }
  });
});

describe('signing keys', () => {
  it('publish only their public parts, so only auth can sign tokens', async () => {
    const text = await (await fetch(`${auth.url}/.well-known/jwks.json`)).text();
    const { keys } = JSON.parse(text) as { keys: Record<string, string>[] };
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
    for (const name of await readdir(directory())) {
      const pem = await readFile(join(directory(), name), 'utf8');
      expect(text).not.toContain(pem.split('\n')[1]);
    }
  });

  it('are the same for several instances that start at the same time', async () => {
    const fresh = { AUTH_SIGNING_KEYS_DIR: join(directory(), 'fresh') };
    const instances = await Promise.all(Array.from({ length: 4 }, () => auth.startAnother(fresh)));
    const account = await auth.signUp();
    const kids = await Promise.all(
      instances.map(async (each) => decodeProtectedHeader((await each.signIn(account)).accessToken).kid),
    );
    expect(new Set(kids).size).toBe(1);
  });

  it('are rotated: a new key is published first and signs later, and the previous key remains published', async () => {
    const rotated = { AUTH_SIGNING_KEYS_DIR: join(directory(), 'rotated') };
    const before = await auth.startAnother(rotated);
    const account = await auth.signUp();
    const old = (await before.signIn(account)).accessToken;
    const long = new Date(Date.now() - 3_600_000);
    await utimes(join(rotated.AUTH_SIGNING_KEYS_DIR, '0001.pem'), long, long);

    const name = await addSigningKey(rotated.AUTH_SIGNING_KEYS_DIR);
    const [first, second] = await readSigningKeys(rotated.AUTH_SIGNING_KEYS_DIR);
    const during = await auth.startAnother(rotated);
    expect(await publishedKids(during.url)).toEqual([first?.kid, second?.kid]);
    expect(decodeProtectedHeader((await during.signIn(account)).accessToken).kid).toBe(first?.kid);

    await utimes(join(rotated.AUTH_SIGNING_KEYS_DIR, name), long, long);
    const after = await auth.startAnother(rotated);
    const token = (await after.signIn(account)).accessToken;
    expect(decodeProtectedHeader(token).kid).toBe(second?.kid);
    for (const each of [old, token]) {
      expect((await after.call('GetProfile', {}, bearer(each))).status).toBe(200);
    }
  });
});

async function publishedKids(url: string): Promise<string[]> {
  const { keys } = (await (await fetch(`${url}/.well-known/jwks.json`)).json()) as {
    keys: { kid: string }[];
  };
  return keys.map((key) => key.kid);
}
