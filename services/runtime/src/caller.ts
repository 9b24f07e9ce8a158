import {
  Code,
  ConnectError,
  createContextKey,
  type HandlerContext,
  type Interceptor,
} from '@connectrpc/connect';
import { errors, type JWTVerifyResult, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { validate } from 'uuid';
import { connectError } from './failure.ts';
import { createPublishedKeys } from './published-keys.ts';
import { type RevokedSessions, startRevokedSessions } from './revoked-sessions.ts';
import type { ProcessScope } from './run-process.ts';

/** The user that an access token belongs to. */
export interface Caller {
  userId: string;
  /** The id of the token. */
  jti: string;
  /** The sign-in that the token belongs to. Missing in tokens that auth issued before it named sessions. */
  sessionId?: string;
  /** Present when the person must confirm their e-mail address before they bid and sell. */
  emailUnverified?: true;
}

/** Verifies a token. Undefined when it is invalid. Throws UNAVAILABLE when there is no key to verify it with. */
export type TokenVerifier = (token: string) => Promise<Caller | undefined>;

export interface TokenVerifierOptions {
  /** Where auth publishes its public keys. */
  jwksUrl: string;
  issuer: string;
  audience: string;
  /** Sessions whose tokens are refused. Without it, a token is valid until it expires. */
  revoked?: Pick<RevokedSessions, 'has' | 'known'>;
}

/**
 * The verifier for a service's configuration: auth's published keys, the issuer and the audience. It also learns from auth which
 * sessions were revoked, until the service stops.
 */
export function verifierOf(
  config: { readonly AUTH_URL: string; readonly AUTH_ISSUER: string; readonly AUTH_AUDIENCE: string },
  onStop: ProcessScope['onStop'],
): TokenVerifier {
  const revoked = startRevokedSessions(config.AUTH_URL);
  onStop('revoked sessions', () => revoked.stop());
  return createTokenVerifier({
    jwksUrl: new URL('/.well-known/jwks.json', config.AUTH_URL).href,
    issuer: config.AUTH_ISSUER,
    audience: config.AUTH_AUDIENCE,
    revoked,
  });
}

// RFC 9068 names the type of access tokens. Tokens of before had the type JWT and named no session.
const TYPE = 'at+jwt';
const FORMER_TYPE = 'JWT';
const CLOCKS_DIFFER_SECONDS = 5;

/** What jose checks of an access token, besides its signature, issuer and audience. */
export const tokenRules = { algorithms: ['EdDSA', 'ES256'], requiredClaims: ['sub', 'jti', 'exp', 'iat'] };

/**
 * The caller that a token with a valid signature names. Undefined when it is no access token of auth: another type, a subject or
 * session that is no UUID, or a time of issue in the future.
 */
export function callerFrom({ payload, protectedHeader }: JWTVerifyResult): Caller | undefined {
  const { sub, jti, sid, iat } = payload;
  if (!isUuid(sub) || typeof jti !== 'string' || jti === '') return undefined;
  if (typeof iat !== 'number' || iat > Date.now() / 1000 + CLOCKS_DIFFER_SECONDS) return undefined;
  if (sid === undefined) return protectedHeader.typ === FORMER_TYPE ? { userId: sub, jti } : undefined;
  if (protectedHeader.typ !== TYPE || !isUuid(sid)) return undefined;
  const unverified = payload.email_verified === false;
  return { userId: sub, jti, sessionId: sid, ...(unverified && { emailUnverified: true }) };
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && validate(value);
}

type Identity =
  | { kind: 'none' }
  | { kind: 'invalid' }
  | { kind: 'unchecked'; why: ConnectError }
  | { kind: 'caller'; caller: Caller };

const identityKey = createContextKey<Identity>({ kind: 'none' });

// Verifying a signature takes 0.15 ms, which was a seventh of a service's work under a heavy load of bids. So a valid token
// is not verified again for this long, but never accepted after it has expired.
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 10_000;

/**
 * Verifies access tokens with auth's published keys: signature (only EdDSA or ES256), issuer, audience, expiry, and the claims as
 * `callerFrom` says. A valid token's signature is verified once a minute; whether its session was revoked is checked each time. While
 * auth is unavailable, the last known keys and revoked sessions are used.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const keys = createPublishedKeys(new URL(options.jwksUrl));
  const remembered = new LRUCache<string, Caller>({ max: MOST_REMEMBERED, perf: Date, ttlResolution: 0 });
  return async (token) => {
    const caller = remembered.get(token) ?? (await verifyToken(token));
    return isRevoked(caller, options.revoked) ? undefined : caller;
  };

  async function verifyToken(token: string): Promise<Caller | undefined> {
    try {
      const { issuer, audience } = options;
      const verified = await jwtVerify(token, keys, { issuer, audience, ...tokenRules });
      const caller = callerFrom(verified);
      if (caller?.sessionId !== undefined) await options.revoked?.known();
      const ttl = Math.min(REMEMBERED_MS, Number(verified.payload.exp) * 1000 - Date.now());
      if (caller && ttl > 0) remembered.set(token, caller, { ttl });
      return caller;
    } catch (error) {
      if (isBadToken(error)) return undefined;
      throw connectError('UNAVAILABLE', 'access tokens cannot be verified now, because auth does not answer');
    }
  }
}

function isRevoked(caller: Caller | undefined, revoked: TokenVerifierOptions['revoked']): boolean {
  return caller?.sessionId !== undefined && revoked?.has(caller.sessionId) === true;
}

/**
 * Identifies the caller. A request without a token is anonymous. A request with an invalid token, or with one that cannot be
 * verified now, is rejected only by `requireCaller`. So public methods still work for a browser whose token has just expired, and
 * for everybody while auth is unavailable.
 */
export function authenticate(verify: TokenVerifier): Interceptor {
  return (next) => async (request) => {
    const token = bearerToken(request.header.get('authorization'));
    if (token !== undefined) {
      request.contextValues.set(identityKey, await identify(verify, token));
    }
    return next(request);
  };
}

/** The token of an Authorization header; undefined without one. */
export function bearerToken(header: string | null | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}

async function identify(verify: TokenVerifier, token: string): Promise<Identity> {
  try {
    const caller = await verify(token);
    return caller ? { kind: 'caller', caller } : { kind: 'invalid' };
  } catch (error) {
    if (error instanceof ConnectError && error.code === Code.Unavailable)
      return { kind: 'unchecked', why: error };
    throw error;
  }
}

/** The caller; undefined without a valid token. */
export function optionalCaller(context: Pick<HandlerContext, 'values'>): Caller | undefined {
  const identity = context.values.get(identityKey);
  return identity.kind === 'caller' ? identity.caller : undefined;
}

/** True when the request had a token that is not valid. */
export function sentBadToken(context: Pick<HandlerContext, 'values'>): boolean {
  return context.values.get(identityKey).kind === 'invalid';
}

/** The caller. Throws UNAUTHENTICATED without a valid token, and UNAVAILABLE when the token cannot be verified now. */
export function requireCaller(context: Pick<HandlerContext, 'values'>): Caller {
  const identity = context.values.get(identityKey);
  if (identity.kind === 'caller') return identity.caller;
  if (identity.kind === 'unchecked') throw identity.why;
  throw connectError(
    'UNAUTHENTICATED',
    identity.kind === 'invalid' ? 'the access token is invalid or has expired' : 'an access token is needed',
  );
}

/**
 * The caller of a method with which people bid and sell. Also throws EMAIL_UNVERIFIED when auth requires a confirmed e-mail address and
 * the token says that the caller has none. Tokens that are issued after the confirmation do not say so.
 */
export function requireVerifiedCaller(context: Pick<HandlerContext, 'values'>): Caller {
  const caller = requireCaller(context);
  if (!caller.emailUnverified) return caller;
  throw connectError('EMAIL_UNVERIFIED', 'the e-mail address of this account must be confirmed first');
}

function isBadToken(error: unknown): boolean {
  return (
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWTExpired ||
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  );
}
