import { createLogger } from '@gavel/observability/logger';
import type { TokenVerifier } from '@gavel/service-runtime/caller';
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import type { AccessTokens } from '../application/ports.ts';
import { chooseSigningKey } from '../domain/signing-key-choice.ts';
import { ensureSigningKey, readSigningKeys, type SigningKey } from './signing-key-directory.ts';

const log = createLogger('access-tokens');

export interface AccessTokenOptions {
  keysDirectory: string;
  issuer: string;
  audience: string;
  lifetimeSeconds: number;
}

export interface JwtAccessTokens extends AccessTokens {
  verify: TokenVerifier;
  /** The public halves of all keys (RFC 7517), for everybody who has tokens to check. */
  publicKeys(): JSONWebKeySet;
  /** Reads the directory again. Keeps the keys it has when that fails. */
  reload(): Promise<void>;
}

/** How often main reads the directory again. */
export const RELOAD_MS = 60_000;

// Two reloads and a verifier's JWKS cache: by then every instance publishes the key.
const PUBLISH_FIRST_MS = 5 * 60_000;

/**
 * Access tokens: JWTs signed by the newest settled key of a directory that nobody but auth can read. Throws when the
 * directory holds no usable key and none can be made.
 */
export async function openAccessTokens(options: AccessTokenOptions): Promise<JwtAccessTokens> {
  const { issuer, audience } = options;
  await ensureSigningKey(options.keysDirectory);
  let keys = await readSigningKeys(options.keysDirectory);
  let findKey = createLocalJWKSet(publish(keys));
  return {
    publicKeys: () => publish(keys),
    async issue(userId) {
      const now = new Date();
      const key = chooseSigningKey(keys, now, PUBLISH_FIRST_MS);
      const issuedAt = Math.floor(now.getTime() / 1000);
      const expiresAt = issuedAt + options.lifetimeSeconds;
      const token = await new SignJWT()
        .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'JWT' })
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
        const { payload } = await jwtVerify(token, findKey, {
          issuer,
          audience,
          algorithms: ['EdDSA', 'ES256'],
          requiredClaims: ['sub', 'jti', 'exp', 'iat'],
        });
        return { userId: payload.sub as string, jti: payload.jti as string };
      } catch (error) {
        // The keys are at hand, so whatever is wrong is wrong with the token.
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
    async reload() {
      try {
        keys = await readSigningKeys(options.keysDirectory);
        findKey = createLocalJWKSet(publish(keys));
      } catch (error) {
        log.error({ err: error }, 'signing keys could not be read again; going on with those of before');
      }
    },
  };
}

function publish(keys: readonly SigningKey[]): JSONWebKeySet {
  return { keys: keys.map((key) => key.publicJwk) };
}
