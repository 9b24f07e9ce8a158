import { callerFrom, type TokenVerifier, tokenRules } from '@gavel/service-runtime/caller';
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import type { AccessTokens } from '../../application/ports.ts';
import { chooseSigningKey } from '../../domain/signing-key-choice.ts';
import { ensureSigningKey, readSigningKeys, type SigningKey } from './signing-key-directory.ts';

export interface AccessTokenOptions {
  keysDirectory: string;
  issuer: string;
  audience: string;
  lifetimeSeconds: number;
  /** Whether accounts with an unconfirmed address may not bid and sell. Their tokens then say so. */
  requiresVerifiedEmail: boolean;
}

export interface JwtAccessTokens extends AccessTokens {
  verify: TokenVerifier;
  /** The public parts of all keys (RFC 7517), for everyone who verifies tokens. */
  publicKeys(): JSONWebKeySet;
  /** Reads the directory again. When that fails, throws and keeps the keys as they are. */
  reload(): Promise<void>;
}

// Longer than two reloads of a service instance and a verifier's cache: by then every instance publishes the key.
const PUBLISH_FIRST_MS = 5 * 60_000;

/**
 * Access tokens as JWTs, signed with a key of a directory that only auth can read; `chooseSigningKey` says which one. Creates the
 * first key if there is none. Throws when the directory has no usable key and none can be created.
 */
export async function createJwtAccessTokens(options: AccessTokenOptions): Promise<JwtAccessTokens> {
  const { issuer, audience } = options;
  await ensureSigningKey(options.keysDirectory);
  let keys = await readSigningKeys(options.keysDirectory);
  let findKey = createLocalJWKSet(publish(keys));
  return {
    publicKeys: () => publish(keys),
    async issue({ userId, sessionId, emailVerified }) {
      const now = new Date();
      const key = chooseSigningKey(keys, now, PUBLISH_FIRST_MS);
      const issuedAt = Math.floor(now.getTime() / 1000);
      const expiresAt = issuedAt + options.lifetimeSeconds;
      const token = await new SignJWT({
        sid: sessionId,
        ...(options.requiresVerifiedEmail && !emailVerified && { email_verified: false }),
      })
        .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setJti(uuidv7())
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(key.privateKey);
      return { token, expiresAt: new Date(expiresAt * 1000) };
    },
    async verify(token) {
      try {
        return callerFrom(await jwtVerify(token, findKey, { issuer, audience, ...tokenRules }));
      } catch (error) {
        // The keys are local, so a JOSE error is always about the token.
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
    async reload() {
      keys = await readSigningKeys(options.keysDirectory);
      findKey = createLocalJWKSet(publish(keys));
    },
  };
}

function publish(keys: readonly SigningKey[]): JSONWebKeySet {
  return { keys: keys.map((key) => key.publicJwk) };
}
