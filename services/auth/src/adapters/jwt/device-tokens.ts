import { hkdfSync } from 'node:crypto';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import type { DeviceTokens } from '../../application/ports.ts';

export interface DeviceTokenOptions {
  /** The key of this system, from which the key of the tokens is derived. */
  sealingKey: Uint8Array;
  lifetimeSeconds: number;
}

// RFC 7518: encrypted and authenticated with one key that only auth has.
const HEADER = { alg: 'dir', enc: 'A256GCM' } as const;

/**
 * Device tokens as encrypted JWTs, which nothing has to store. The pattern is OWASP's "Slow Down Online Guessing Attacks with Device
 * Cookies".
 */
export function createJwtDeviceTokens({ sealingKey, lifetimeSeconds }: DeviceTokenOptions): DeviceTokens {
  const key = new Uint8Array(hkdfSync('sha256', sealingKey, '', 'gavel device token', 32));
  const rules = { keyManagementAlgorithms: [HEADER.alg], contentEncryptionAlgorithms: [HEADER.enc] };
  return {
    issue: (email) =>
      new EncryptJWT()
        .setProtectedHeader(HEADER)
        .setSubject(email)
        .setJti(uuidv7())
        .setIssuedAt()
        .setExpirationTime(`${lifetimeSeconds} s`)
        .encrypt(key),
    async read(token) {
      try {
        const { payload } = await jwtDecrypt(token, key, { ...rules, requiredClaims: ['exp'] });
        const { sub: email, jti: id } = payload;
        return email === undefined || id === undefined ? undefined : { id, email };
      } catch (error) {
        // The key is local, so a JOSE error is always about the token. A browser can send any text.
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
