import { call } from '../rpc/call.ts';
import type { FailureReason } from '../rpc/call-failure.ts';
import { authClient } from '../rpc/clients.ts';
import type { RequestOrigin } from './client-address.ts';
import type { SessionTokens } from './session-cookies.ts';

/** `unknown`: auth did not answer, so nothing is known and nothing may be thrown away. */
export type Renewal =
  | { kind: 'renewed'; tokens: SessionTokens }
  | { kind: 'refused'; reason: FailureReason }
  | { kind: 'unknown' };

/** Answers that end a sign-in. INVALID_FIELD: the cookie holds something that never was a refresh token. */
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
 * Exchanges a refresh token at auth. A page's parallel requests that carry the same token share one exchange; between
 * processes it is auth that gives the same successor to both.
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
