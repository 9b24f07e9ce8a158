import { decodeJwt } from 'jose';

/** What the BFF reads from an access token. It never verifies one: the services do, on every call. */
export interface AccessClaims {
  userId: string;
  /** Unix seconds. */
  expiresAt: number;
}

/** Seconds before its end from which an access token is renewed, so that it does not end on the way to a service. */
export const RENEW_BEFORE_SECONDS = 30;

/** The claims, or undefined for a text that is no token with a subject and an end. */
export function readAccessToken(token: string | undefined): AccessClaims | undefined {
  if (!token) return undefined;
  try {
    const { sub, exp } = decodeJwt(token);
    return typeof sub === 'string' && sub !== '' && typeof exp === 'number'
      ? { userId: sub, expiresAt: exp }
      : undefined;
  } catch (error) {
    // A cookie is foreign text: one that is no token counts as absent.
    if (error instanceof Error && 'code' in error && error.code === 'ERR_JWT_INVALID') return undefined;
    throw error;
  }
}

/** True while a service would still take the token. */
export function isLive(claims: AccessClaims | undefined, nowMs: number): claims is AccessClaims {
  return claims !== undefined && claims.expiresAt * 1000 > nowMs;
}

/** True when the token should be exchanged before it is used: absent, ended, or about to. */
export function needsRenewal(claims: AccessClaims | undefined, nowMs: number): boolean {
  return claims === undefined || (claims.expiresAt - RENEW_BEFORE_SECONDS) * 1000 <= nowMs;
}
