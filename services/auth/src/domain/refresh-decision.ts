/** How long sign-ins last, in milliseconds. */
export interface SessionRules {
  /** From sign-in to the end, however busy the session is. */
  lifetimeMs: number;
  /** From the last exchange to the end. */
  idleMs: number;
  /** How long the token just before the newest is still taken. */
  graceMs: number;
}

/** A session and one of its refresh tokens, read under the session's row lock. All times by the database's clock. */
export interface RefreshState {
  now: Date;
  endsAt: Date;
  idleEndsAt: Date;
  revoked: boolean;
  /** When the presented token was exchanged; undefined for the newest one. */
  replacedAt: Date | undefined;
  /** True when the presented token was exchanged and its successor was not, yet. */
  justBeforeNewest: boolean;
}

export type RefreshDecision =
  /** Replace the presented token. */
  | { kind: 'rotate'; idleEndsAt: Date }
  /** Hand out the same successor once more. */
  | { kind: 'repeat' }
  | { kind: 'refuse'; reason: 'SESSION_EXPIRED' | 'SESSION_REVOKED' }
  /** Somebody holds a token that its owner has already exchanged: end the session for all. */
  | { kind: 'revoke'; reason: 'REFRESH_TOKEN_REUSED' };

/**
 * What a presented refresh token is worth.
 *
 * Any number of tabs may present the token just before the newest within the grace: each gets the same successor.
 * Once that successor has been exchanged, a token from before it is a reuse even within the grace: two generations
 * within seconds do not happen to a browser that keeps one cookie, and who can present both is not that browser.
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

/** When a session that is used now ends if it is not used again; never after its own end. */
export function idleEnd(session: { now: Date; endsAt: Date }, rules: SessionRules): Date {
  return new Date(Math.min(session.now.getTime() + rules.idleMs, session.endsAt.getTime()));
}
