import 'server-only';
import type { GetProfileResponse, Session } from '@gavel/proto/gen/auth/v1/auth_pb';
import type {
  ListNotificationsResponse,
  Notification,
  Preference,
} from '@gavel/proto/gen/notifications/v1/notifications_pb';
import type { UserStats } from '@gavel/proto/gen/userstats/v1/user_stats_pb';
import type { CallOutcome, FailureReason, Page } from '../../model/call-outcome.ts';
import { as, authClient, call, notificationsClient, userStatsClient } from '../call-services.ts';
import type { Unread } from '../live/people.ts';
import type { SignedIn } from '../session/session.ts';

const PAGE_SIZE = 20;
// Every page shows the number of unread notifications, and none may wait for it.
const COUNT_TIMEOUT_MS = 500;

/** The caller's profile. */
export function myProfile(session: SignedIn): Promise<CallOutcome<GetProfileResponse>> {
  return call('auth', () => authClient().getProfile({}, as(session)));
}

/** Where the caller is signed in, the newest use first. */
export async function mySessions(session: SignedIn): Promise<CallOutcome<Session[]>> {
  const outcome = await call('auth', () => authClient().listSessions({}, as(session)));
  return outcome.ok ? { ok: true, value: outcome.value.sessions } : outcome;
}

/** The caller's totals; zeros for a person without bids. */
export async function myStatistics(session: SignedIn): Promise<CallOutcome<UserStats | undefined>> {
  const outcome = await call('user-stats', () => userStatsClient().getUserStats({}, as(session)));
  return outcome.ok ? { ok: true, value: outcome.value.stats } : outcome;
}

/** The caller's notifications, newest first, and how many are unread. */
export async function myNotifications(
  session: SignedIn,
  pageToken: string,
): Promise<CallOutcome<Page<Notification> & { unread: bigint }>> {
  const request = { pageSize: PAGE_SIZE, pageToken };
  const outcome = await call('notifications', () =>
    notificationsClient().listNotifications(request, as(session)),
  );
  if (!outcome.ok) return outcome;
  const { notifications, nextPageToken, unreadCount } = outcome.value;
  return { ok: true, value: { entries: notifications, nextPageToken, unread: unreadCount } };
}

/** The number of unread notifications; undefined when the call fails, because no page should fail for it. */
export async function unreadCount(session: SignedIn): Promise<bigint | undefined> {
  const outcome = await countUnread(session);
  return outcome.ok ? outcome.value.unreadCount : undefined;
}

/** The number of unread notifications, for open pages. `refused`: the service does not accept the token. */
export async function readUnread(session: SignedIn): Promise<Unread> {
  const outcome = await countUnread(session);
  if (outcome.ok) return { kind: 'known', unread: outcome.value.unreadCount.toString() };
  return { kind: refusals.has(outcome.reason) ? 'refused' : 'unknown' };
}

const refusals: ReadonlySet<FailureReason> = new Set([
  'UNAUTHENTICATED',
  'SESSION_EXPIRED',
  'SESSION_REVOKED',
]);

function countUnread(session: SignedIn): Promise<CallOutcome<ListNotificationsResponse>> {
  const options = { ...as(session), timeoutMs: COUNT_TIMEOUT_MS };
  return call('notifications', () =>
    notificationsClient().listNotifications({ pageSize: 1, unreadOnly: true }, options),
  );
}

/** The caller's notification settings. */
export async function myPreferences(session: SignedIn): Promise<CallOutcome<Preference[]>> {
  const outcome = await call('notifications', () => notificationsClient().getPreferences({}, as(session)));
  return outcome.ok ? { ok: true, value: outcome.value.preferences } : outcome;
}
