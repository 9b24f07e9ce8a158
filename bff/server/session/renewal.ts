import { isLive, needsRenewal, readAccessToken } from './access-token.ts';

/** What is to be done with a request's cookies before its page renders. */
export type RenewalStep = 'nothing' | 'renew' | 'clear';

/** Decides by the two cookies alone, without any call. `clear` is for an ended access token that nothing can renew. */
export function renewalStep(
  access: string | undefined,
  refresh: string | undefined,
  nowMs: number,
): RenewalStep {
  const claims = readAccessToken(access);
  if (refresh) return needsRenewal(claims, nowMs) ? 'renew' : 'nothing';
  return access && !isLive(claims, nowMs) ? 'clear' : 'nothing';
}

/**
 * Who a page is rendered for. `unverified` is somebody whose sign-in could not be renewed because auth did not answer:
 * they stay signed in, and the page says that it cannot tell.
 */
export type Session =
  | { kind: 'signed-in'; userId: string; accessToken: string }
  | { kind: 'unverified' }
  | { kind: 'guest' };

/** Reads the session from the cookies as they are after the renewal. */
export function sessionFrom(access: string | undefined, refresh: string | undefined, nowMs: number): Session {
  const claims = readAccessToken(access);
  if (access && isLive(claims, nowMs))
    return { kind: 'signed-in', userId: claims.userId, accessToken: access };
  return refresh ? { kind: 'unverified' } : { kind: 'guest' };
}
