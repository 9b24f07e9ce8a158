import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTokenVerifier, type TokenVerifier } from './caller.ts';

const ISSUER = 'http://auth.gavel';
const AUDIENCE = 'gavel';
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let server: Server;
let verify: TokenVerifier;

beforeAll(async () => {
  keys = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  server = createServer((_, response) => response.end(JSON.stringify({ keys: [jwk] })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  verify = createTokenVerifier({ jwksUrl: `http://127.0.0.1:${port}/`, issuer: ISSUER, audience: AUDIENCE });
});
afterAll(() => server.close());

function token(
  change: { issuer?: string; audience?: string; ends?: string; key?: CryptoKey } = {},
): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .setSubject('user-1')
    .setJti('token-1')
    .setIssuedAt()
    .setIssuer(change.issuer ?? ISSUER)
    .setAudience(change.audience ?? AUDIENCE)
    .setExpirationTime(change.ends ?? '15m')
    .sign(change.key ?? keys.privateKey);
}

describe('an access token', () => {
  it('names its caller', async () => {
    expect(await verify(await token())).toEqual({ userId: 'user-1', jti: 'token-1' });
  });

  it('is refused when issuer or audience is another, when it has ended, or when somebody else signed it', async () => {
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

  it('is refused when it is unsigned or signed with the public key as an HMAC secret', async () => {
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

  it('is neither believed nor refused while the keys cannot be had', async () => {
    const offline = createTokenVerifier({
      jwksUrl: 'http://127.0.0.1:9/',
      issuer: ISSUER,
      audience: AUDIENCE,
    });
    await expect(offline(await token())).rejects.toMatchObject({ code: 14 });
  });
});
