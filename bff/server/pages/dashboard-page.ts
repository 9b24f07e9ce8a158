import type { GetProfileResponse } from '@gavel/proto/gen/auth/v1/auth_pb';
import type { UserStats } from '@gavel/proto/gen/userstats/v1/user_stats_pb';
import { call } from '../rpc/call.ts';
import type { CallOutcome } from '../rpc/call-failure.ts';
import { as, authClient, userStatsClient } from '../rpc/clients.ts';
import type { Session } from '../session/renewal.ts';

type SignedIn = Extract<Session, { kind: 'signed-in' }>;

/** The caller's own profile. */
export function ownProfile(session: SignedIn): Promise<CallOutcome<GetProfileResponse>> {
  return call('auth', () => authClient().getProfile({}, as(session)));
}

/** The caller's totals; zeros for somebody without bids. */
export async function ownStatistics(session: SignedIn): Promise<CallOutcome<UserStats | undefined>> {
  const outcome = await call('user-stats', () => userStatsClient().getUserStats({}, as(session)));
  return outcome.ok ? { ok: true, value: outcome.value.stats } : outcome;
}
