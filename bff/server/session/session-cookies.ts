import 'server-only';
import { readAccessToken } from './session.ts';

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
  /** Set together with a maxAge of 0: Next drops that one when it copies a cookie from the proxy's response to a redirect. */
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
