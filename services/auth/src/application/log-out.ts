import type { SessionStore } from './ports.ts';

export type LogOut = (refreshToken: string) => Promise<void>;

/** Ends the session that the token belongs to, whichever of its tokens it is. Twice, or with an unknown token, is fine. */
export function createLogOut(sessions: SessionStore): LogOut {
  return (refreshToken) => sessions.revoke(refreshToken);
}
