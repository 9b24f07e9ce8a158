import {
  Code,
  ConnectError,
  createContextKey,
  type HandlerContext,
  type Interceptor,
} from '@connectrpc/connect';
import { errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { connectError } from './failure.ts';
import { createPublishedKeys } from './published-keys.ts';

/** Who an access token speaks for. */
export interface Caller {
  userId: string;
  /** The token's own id. */
  jti: string;
}

/** Checks a token; undefined when it is not one to believe. Throws UNAVAILABLE when the keys cannot be had. */
export type TokenVerifier = (token: string) => Promise<Caller | undefined>;

export interface TokenVerifierOptions {
  /** Where auth publishes its public keys. */
  jwksUrl: string;
  issuer: string;
  audience: string;
}

/** The verifier that a service's configuration asks for: auth's published keys, issuer and audience. */
export function verifierOf(config: {
  readonly AUTH_URL: string;
  readonly AUTH_ISSUER: string;
  readonly AUTH_AUDIENCE: string;
}): TokenVerifier {
  return createTokenVerifier({
    jwksUrl: new URL('/.well-known/jwks.json', config.AUTH_URL).href,
    issuer: config.AUTH_ISSUER,
    audience: config.AUTH_AUDIENCE,
  });
}

type Identity =
  | { kind: 'none' }
  | { kind: 'invalid' }
  | { kind: 'unchecked'; why: ConnectError }
  | { kind: 'caller'; caller: Caller };

const identityKey = createContextKey<Identity>({ kind: 'none' });

// A signature costs 0.15 ms to check, a seventh of what a service did under a storm of bids. A token that was found good is
// believed so long without looking again, and never beyond its own end.
const BELIEVED_MS = 60_000;
const MOST_BELIEVED = 10_000;

/**
 * A verifier of auth's access tokens against its published keys; those seen last do while auth is away. Signature (EdDSA or
 * ES256 only), issuer, audience and end are all checked; a good token's signature once a minute.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const keys = createPublishedKeys(new URL(options.jwksUrl));
  const believed = new LRUCache<string, Caller>({ max: MOST_BELIEVED, perf: Date, ttlResolution: 0 });
  return async (token) => {
    const known = believed.get(token);
    if (known) return known;
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: options.issuer,
        audience: options.audience,
        algorithms: ['EdDSA', 'ES256'],
        requiredClaims: ['sub', 'jti', 'exp', 'iat'],
      });
      const caller = { userId: payload.sub as string, jti: payload.jti as string };
      const ttl = Math.min(BELIEVED_MS, Number(payload.exp) * 1000 - Date.now());
      if (ttl > 0) believed.set(token, caller, { ttl });
      return caller;
    } catch (error) {
      if (isBadToken(error)) return undefined;
      throw connectError('UNAVAILABLE', 'the keys that access tokens are checked with cannot be had now');
    }
  };
}

/**
 * Finds out who calls. A request without a token is anonymous; one with a bad token, or one that cannot be checked
 * now, is refused by `requireCaller` only, so that public methods go on working for a browser whose token has just
 * ended, and for everybody while auth is away.
 */
export function authenticate(verify: TokenVerifier): Interceptor {
  return (next) => async (request) => {
    const token = /^Bearer +(\S+)$/i.exec(request.header.get('authorization') ?? '')?.[1];
    if (token !== undefined) {
      request.contextValues.set(identityKey, await identify(verify, token));
    }
    return next(request);
  };
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

/** The caller, if a good token came with the request. */
export function optionalCaller(context: Pick<HandlerContext, 'values'>): Caller | undefined {
  const identity = context.values.get(identityKey);
  return identity.kind === 'caller' ? identity.caller : undefined;
}

/** The caller; throws UNAUTHENTICATED when there is none, UNAVAILABLE when the token cannot be checked now. */
export function requireCaller(context: Pick<HandlerContext, 'values'>): Caller {
  const identity = context.values.get(identityKey);
  if (identity.kind === 'caller') return identity.caller;
  if (identity.kind === 'unchecked') throw identity.why;
  throw connectError(
    'UNAUTHENTICATED',
    identity.kind === 'invalid' ? 'the access token is not valid or has ended' : 'an access token is needed',
  );
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
