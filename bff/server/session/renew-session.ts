import 'server-only';
import type { RequestOrigin } from '../../client-address.ts';
import type { FailureReason } from '../../model/call-outcome.ts';
import { authClient, call } from '../call-services.ts';
import type { SessionTokens } from './session.ts';

/** `unknown`: auth did not answer, so the session may be valid and its cookies must be kept. */
export type Renewal =
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
