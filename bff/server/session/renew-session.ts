import 'server-only';
import type { NextRequest } from 'next/server';
import { type RequestOrigin, requestOrigin } from '../../client-address.ts';
import { config } from '../../config.ts';
import type { FailureReason } from '../../model/call-outcome.ts';
import { authClient, call } from '../call-services.ts';
import {
  clearedCookies,
  cookieNames,
  renewalStep,
  type SessionCookie,
  type SessionTokens,
  sessionCookies,
} from './session.ts';

/** `unknown`: auth did not answer, so the session may be valid and its cookies must be kept. */
type Renewal =
  | { kind: 'renewed'; tokens: SessionTokens }
  | { kind: 'refused'; reason: FailureReason }
  | { kind: 'unknown' };

/** Answers that end a sign-in. INVALID_FIELD: the cookie holds a text that is not a refresh token. */
const final: ReadonlySet<FailureReason> = new Set([
  'SESSION_EXPIRED',
  'SESSION_REVOKED',
  'REFRESH_TOKEN_REUSED',
  'UNAUTHENTICATED',
  'BAD_CREDENTIALS',
  'USER_NOT_FOUND',
  'INVALID_FIELD',
]);

const running = new Map<string, Promise<Renewal>>();

/**
 * Exchanges a refresh token at auth. Parallel requests of one page carry the same token and share one exchange. When two
 * processes exchange the same token, auth gives both the same successor.
 */
export function renewSession(refreshToken: string, origin: RequestOrigin): Promise<Renewal> {
  const known = running.get(refreshToken);
  if (known) return known;
  const renewal = exchange(refreshToken, origin).finally(() => running.delete(refreshToken));
  running.set(refreshToken, renewal);
  return renewal;
}

async function exchange(refreshToken: string, origin: RequestOrigin): Promise<Renewal> {
  const outcome = await call('auth', () => authClient().refresh({ refreshToken, ...origin }));
  if (outcome.ok) return { kind: 'renewed', tokens: outcome.value };
  return final.has(outcome.reason) ? { kind: 'refused', reason: outcome.reason } : { kind: 'unknown' };
}

/**
 * The cookies that the answer to a request must set so that its sign-in stays valid: none while the access token is valid, new
 * ones after a renewal, and cleared ones after a refused renewal, with the reason in `ended`.
 */
export async function renewedCookies(
  request: Pick<NextRequest, 'cookies' | 'headers'>,
  secure: boolean,
): Promise<{ cookies: SessionCookie[]; ended?: string }> {
  const names = cookieNames(secure);
  const refresh = request.cookies.get(names.refresh)?.value;
  const step = renewalStep(request.cookies.get(names.access)?.value, refresh, Date.now());
  if (step === 'clear') return { cookies: clearedCookies(secure) };
  if (step === 'nothing' || !refresh) return { cookies: [] };
  const { TRUSTED_PROXY_HOPS, SESSION_COOKIE_DAYS } = config();
  const renewal = await renewSession(refresh, requestOrigin(request.headers, TRUSTED_PROXY_HOPS));
  // Auth is unavailable, and the sign-in may be valid: the cookies stay, and the page says that it cannot check.
  if (renewal.kind === 'unknown') return { cookies: [] };
  if (renewal.kind === 'refused') return { cookies: clearedCookies(secure), ended: renewal.reason };
  const options = { secure, days: SESSION_COOKIE_DAYS, nowMs: Date.now() };
  return { cookies: sessionCookies(renewal.tokens, options) };
}
