/** How long sessions last, in milliseconds. */
export interface SessionRules {
  /** From the sign-in to the end, even if the session is used. */
  lifetimeMs: number;
  /** From the last exchange of a token to the end. */
  idleMs: number;
  /** How long the token before the newest one is still accepted. */
  graceMs: number;
}

/** A session and one of its refresh tokens, read under the session's row lock. All times are those of the database's clock. */
export interface RefreshState {
  now: Date;
  endsAt: Date;
  idleEndsAt: Date;
  revoked: boolean;
  /** When the presented token was exchanged; undefined for the newest token. */
  replacedAt: Date | undefined;
  /** True when the presented token was exchanged and its successor is the newest token. */
  justBeforeNewest: boolean;
}

export type RefreshDecision =
  /** Replace the presented token. */
  | { kind: 'rotate'; idleEndsAt: Date }
  /** Return the same successor again. */
  | { kind: 'repeat' }
  | { kind: 'refuse'; reason: 'SESSION_EXPIRED' | 'SESSION_REVOKED' }
  /** Somebody has a token that was already exchanged, so it was copied: end the session for everybody. */
  | { kind: 'revoke'; reason: 'REFRESH_TOKEN_REUSED' };

/**
 * Decides what happens when a refresh token is presented.
 *
 * Within the grace period any number of tabs may present the token before the newest one, and each gets the same successor. Once that
 * successor has been exchanged, a token from before it counts as reused even within the grace period, because a browser with one
 * cookie for all tabs cannot be two exchanges behind. See decision-refresh-token-families.md.
 */
export function decideRefresh(state: RefreshState, rules: SessionRules): RefreshDecision {
  if (state.revoked) return { kind: 'refuse', reason: 'SESSION_REVOKED' };
  if (state.now >= state.endsAt || state.now >= state.idleEndsAt) {
    return { kind: 'refuse', reason: 'SESSION_EXPIRED' };
  }
  if (state.replacedAt === undefined) return { kind: 'rotate', idleEndsAt: idleEnd(state, rules) };
  const age = state.now.getTime() - state.replacedAt.getTime();
  if (state.justBeforeNewest && age < rules.graceMs) return { kind: 'repeat' };
  return { kind: 'revoke', reason: 'REFRESH_TOKEN_REUSED' };
}

/** When a session ends if this is its last use. Never later than the session's own end. */
export function idleEnd(session: { now: Date; endsAt: Date }, rules: SessionRules): Date {
  return new Date(Math.min(session.now.getTime() + rules.idleMs, session.endsAt.getTime()));
}
