import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { v7 as uuidv7 } from 'uuid';

const ISSUER = 'http://auth.gavel';
const AUDIENCE = 'gavel';

/** Replaces the auth service: publishes its own key and signs access tokens with it. */
export interface TokenIssuer {
  url: string;
  /** A valid access token for a user; with changes, an invalid one. */
  tokenFor(userId: string, changes?: TokenChanges): Promise<string>;
  close(): Promise<void>;
}

export interface TokenChanges {
  issuer?: string;
  audience?: string;
  /** Signed with an unpublished key, under the id of the published one. */
  foreign?: boolean;
}

export async function startTokenIssuer(): Promise<TokenIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  const stranger = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'EdDSA', use: 'sig' }] };
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(jwks));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokenFor: (userId, changes = {}) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'EdDSA', kid: 'test', typ: 'at+jwt' })
        .setSubject(userId)
        .setIssuer(changes.issuer ?? ISSUER)
        .setAudience(changes.audience ?? AUDIENCE)
        .setJti(uuidv7())
        .setIssuedAt()
        .setExpirationTime('15m')
        .sign(changes.foreign ? stranger.privateKey : privateKey),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
