import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import { REVOKED_SESSIONS_PATH } from '../revoked-sessions.ts';

const ISSUER = 'http://auth.gavel';
const AUDIENCE = 'gavel';

/** Replaces the auth service: publishes its own key and signs access tokens with it. */
export interface TokenIssuer {
  url: string;
  /** A valid access token for a user; with changes, an invalid one. Each token has its own session. */
  tokenFor(userId: string, changes?: TokenChanges): Promise<string>;
  /** Ends the session of a token: from now on services refuse the token. */
  revoke(token: string): void;
  close(): Promise<void>;
}

export interface TokenChanges {
  issuer?: string;
  audience?: string;
  /** Signed with an unpublished key, under the id of the published one. */
  foreign?: boolean;
  /** The user must confirm their e-mail address before they bid and sell. */
  emailUnverified?: boolean;
}

export async function startTokenIssuer(): Promise<TokenIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  const stranger = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'EdDSA', use: 'sig' }] };
  const revoked: { id: string; until: number }[] = [];
  const server = createServer((request, response) => {
    const asksRevoked = request.url?.startsWith(REVOKED_SESSIONS_PATH) === true;
    response.setHeader('content-type', 'application/json');
    // Always the whole list, so that services ask again after a pause.
    response.end(JSON.stringify(asksRevoked ? { cursor: '', complete: true, sessions: revoked } : jwks));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokenFor: (userId, changes = {}) =>
      new SignJWT({ sid: uuidv7(), ...(changes.emailUnverified && { email_verified: false }) })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'test', typ: 'at+jwt' })
        .setSubject(userId)
        .setIssuer(changes.issuer ?? ISSUER)
        .setAudience(changes.audience ?? AUDIENCE)
        .setJti(uuidv7())
        .setIssuedAt()
        .setExpirationTime('15m')
        .sign(changes.foreign ? stranger.privateKey : privateKey),
    revoke: (token) => void revoked.push({ id: String(decodeJwt(token).sid), until: Date.now() + 900_000 }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
