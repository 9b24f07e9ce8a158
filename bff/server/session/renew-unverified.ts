import 'server-only';
import { cookies, headers } from 'next/headers';
import { requestOrigin } from '../../client-address.ts';
import { config } from '../../config.ts';
import type { SignedInVisitor } from './read-session.ts';
import { renewSession } from './renew-session.ts';
import { cookieNames, isSecure, readAccessToken, sessionCookies, sessionFrom } from './session.ts';

/**
 * The session of a person whose access token says that their e-mail address must be confirmed, with a new token: they may have confirmed
 * it a moment ago, on any device. Other sessions, and one that auth does not renew, stay as they are. For server actions and route
 * handlers only.
 */
export async function renewUnverified(session: SignedInVisitor): Promise<SignedInVisitor> {
  if (!readAccessToken(session.accessToken)?.emailUnverified) return session;
  const [jar, sent] = await Promise.all([cookies(), headers()]);
  const secure = isSecure(config(), sent);
  const refreshToken = jar.get(cookieNames(secure).refresh)?.value;
  if (!refreshToken) return session;
  const renewal = await renewSession(refreshToken, requestOrigin(sent, config().TRUSTED_PROXY_HOPS));
  if (renewal.kind !== 'renewed') return session;
  const options = { secure, days: config().SESSION_COOKIE_DAYS, nowMs: Date.now() };
  for (const cookie of sessionCookies(renewal.tokens, options)) jar.set(cookie);
  const { accessToken, refreshToken: successor } = renewal.tokens;
  const renewed = sessionFrom(accessToken, successor, options.nowMs);
  return renewed.kind === 'signed-in' ? { ...renewed, address: session.address } : session;
}
