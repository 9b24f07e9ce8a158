import 'server-only';
import { decodeJwt } from 'jose';

/** What the web app reads from an access token. It does not verify the signature: the services do, on every call. */
export interface AccessClaims {
  userId: string;
  /** Unix seconds. */
  expiresAt: number;
  /** True while the person must confirm their e-mail address before they bid and sell. */
  emailUnverified: boolean;
}

/**
 * Who a page is rendered for. `unverified`: the sign-in could not be renewed because auth did not answer. Such a person
 * stays signed in, and the page says that it cannot check.
 */
export type Session = SignedIn | { kind: 'unverified' } | { kind: 'guest' };

export interface SignedIn {
  kind: 'signed-in';
  userId: string;
  accessToken: string;
}

// A token is renewed this long before its end, so that it does not expire on the way to a service.
const RENEW_BEFORE_SECONDS = 30;

/** The claims; undefined when the text is not a token with a subject and an expiry. */
export function readAccessToken(token: string | undefined): AccessClaims | undefined {
  if (!token) return undefined;
  try {
    const { sub, exp, email_verified: emailVerified } = decodeJwt(token);
    return typeof sub === 'string' && sub !== '' && typeof exp === 'number'
      ? { userId: sub, expiresAt: exp, emailUnverified: emailVerified === false }
      : undefined;
  } catch (error) {
    // The browser can put any text into a cookie: a text that is not a token counts as a missing one.
    if (error instanceof Error && 'code' in error && error.code === 'ERR_JWT_INVALID') return undefined;
    throw error;
  }
}

/** True while services accept the token. */
export function isLive(claims: AccessClaims | undefined, nowMs: number): claims is AccessClaims {
  return claims !== undefined && claims.expiresAt * 1000 > nowMs;
}

/** True when the token must be renewed before it is used: missing, expired, or about to expire. */
export function needsRenewal(claims: AccessClaims | undefined, nowMs: number): boolean {
  return claims === undefined || (claims.expiresAt - RENEW_BEFORE_SECONDS) * 1000 <= nowMs;
}

/**
 * What to do with a request's cookies before its page renders, decided from the two cookies alone. `clear`: the access
 * token has expired and no refresh token can renew it.
 */
export function renewalStep(
  access: string | undefined,
  refresh: string | undefined,
  nowMs: number,
): 'nothing' | 'renew' | 'clear' {
  const claims = readAccessToken(access);
  if (refresh) return needsRenewal(claims, nowMs) ? 'renew' : 'nothing';
  return access && !isLive(claims, nowMs) ? 'clear' : 'nothing';
}

/** The session that the cookies hold after the renewal. */
export function sessionFrom(access: string | undefined, refresh: string | undefined, nowMs: number): Session {
  const claims = readAccessToken(access);
  if (access && isLive(claims, nowMs))
    return { kind: 'signed-in', userId: claims.userId, accessToken: access };
  return refresh ? { kind: 'unverified' } : { kind: 'guest' };
}

/** Attributes of a session cookie, in the form that Next's cookie stores take. */
export interface SessionCookie {
  name: string;
  value: string;
  httpOnly: true;
  sameSite: 'lax';
  path: '/';
  secure: boolean;
  /** Seconds; 0 removes the cookie. */
  maxAge: number;
  /**
   * Set in addition to a maxAge of 0, because Next drops maxAge when it copies a cookie from the proxy's response to a
   * redirect.
   */
  expires?: Date;
}

export interface SessionTokens {
  accessToken: string;
  refreshToken: string;
}

/** The cookies' names. With `__Host-`, browsers accept the cookie only with Secure, for this host and for the path `/`. */
export function cookieNames(secure: boolean): { access: string; refresh: string } {
  const prefix = secure ? '__Host-' : '';
  return { access: `${prefix}gavel_access`, refresh: `${prefix}gavel_refresh` };
}

/**
 * The two cookies of a sign-in. The access cookie expires with its token. The refresh cookie is kept for `days`; auth
 * decides how long its token is valid.
 */
export function sessionCookies(
  tokens: SessionTokens,
  options: { secure: boolean; days: number; nowMs: number },
): SessionCookie[] {
  const { access, refresh } = cookieNames(options.secure);
  const expiresAt = readAccessToken(tokens.accessToken)?.expiresAt ?? 0;
  const left = Math.max(1, Math.floor(expiresAt - options.nowMs / 1000));
  return [
    cookie(access, tokens.accessToken, options.secure, left),
    cookie(refresh, tokens.refreshToken, options.secure, options.days * 24 * 3600),
  ];
}

// As long as auth waits for the code.
const CHALLENGE_SECONDS = 10 * 60;

/** The cookie of a sign-in that waits for its second factor. An empty challenge removes it. */
export function challengeCookie(challenge: string, secure: boolean): SessionCookie {
  const name = `${secure ? '__Host-' : ''}gavel_challenge`;
  if (challenge !== '') return cookie(name, challenge, secure, CHALLENGE_SECONDS);
  return { ...cookie(name, '', secure, 0), expires: new Date(0) };
}

// As long as browsers keep any cookie. Auth decides how long the token is valid.
const DEVICE_SECONDS = 400 * 24 * 3600;

/** The cookie of a browser that has signed in. It stays when the sign-in ends. */
export function deviceCookie(deviceToken: string, secure: boolean): SessionCookie {
  return cookie(`${secure ? '__Host-' : ''}gavel_device`, deviceToken, secure, DEVICE_SECONDS);
}

/** Two cookies that remove a sign-in from the browser. */
export function clearedCookies(secure: boolean): SessionCookie[] {
  const { access, refresh } = cookieNames(secure);
  return [access, refresh].map((name) => ({ ...cookie(name, '', secure, 0), expires: new Date(0) }));
}

/** True when the browser uses https, even if a proxy forwards the request to this process over http. */
export function isSecure(
  config: { PUBLIC_ORIGIN?: string | undefined; TRUSTED_PROXY_HOPS: number },
  headers: Pick<Headers, 'get'>,
): boolean {
  if (config.PUBLIC_ORIGIN !== undefined) return config.PUBLIC_ORIGIN.startsWith('https:');
  return config.TRUSTED_PROXY_HOPS > 0 && headers.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https';
}

function cookie(name: string, value: string, secure: boolean, maxAge: number): SessionCookie {
  return { name, value, httpOnly: true, sameSite: 'lax', path: '/', secure, maxAge };
}
