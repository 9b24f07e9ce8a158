import type { Outcome } from '@gavel/service-runtime/failure';
import { decideRefresh, type SessionRules } from '../domain/refresh-decision.ts';
import type { AccessToken, AccessTokens, AttemptLimits, SessionStore } from './ports.ts';
import { rateLimited } from './refusals.ts';

export interface RefreshSessionCommand {
  refreshToken: string;
  /** The caller's address, where it is known. */
  address: string | undefined;
}

type Reasons = 'SESSION_EXPIRED' | 'SESSION_REVOKED' | 'REFRESH_TOKEN_REUSED' | 'RATE_LIMITED';
type Ports = { sessions: SessionStore; limits: AttemptLimits; accessTokens: AccessTokens };
export type RefreshSession = (
  command: RefreshSessionCommand,
) => Promise<Outcome<{ access: AccessToken; refreshToken: string }, Reasons>>;

const messages = {
  SESSION_EXPIRED: 'the session has ended; sign in again',
  SESSION_REVOKED: 'the session was ended; sign in again',
  REFRESH_TOKEN_REUSED: 'the refresh token was used before; its session is ended now',
};

/** Exchanges a refresh token for its successor; see decideRefresh for what each token is worth. */
export function createRefreshSession(ports: Ports, rules: SessionRules): RefreshSession {
  return async (command) => {
    const verdict = await ports.limits.countRequest('refresh', command.address);
    if (!verdict.allowed) return rateLimited(verdict.retryAfterSeconds);
    const exchange = await ports.sessions.exchange(command.refreshToken, (state) =>
      decideRefresh(state, rules),
    );
    if (exchange.kind === 'issued') {
      const { refreshToken, userId } = exchange;
      return { ok: true, value: { access: await ports.accessTokens.issue(userId), refreshToken } };
    }
    // A token that nobody knows is most often one whose session was pruned long after its end.
    const reason = exchange.kind === 'unknown' ? 'SESSION_EXPIRED' : exchange.reason;
    return { ok: false, reason, message: messages[reason] };
  };
}
