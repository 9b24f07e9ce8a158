import { Agent } from 'node:http';
import type { DescService } from '@bufbuild/protobuf';
import { type Client, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { AuthService } from '@gavel/proto/gen/auth/v1/auth_pb';
import { BidService, LeaderboardService, PictureService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { NotificationService } from '@gavel/proto/gen/notifications/v1/notifications_pb';
import { UserStatsService } from '@gavel/proto/gen/userstats/v1/user_stats_pb';
import { config } from '../../config.ts';
import { retryOnce } from './retry-once.ts';
import { traceCalls } from './trace-calls.ts';

// Longer than argon2 under load takes, shorter than a person waits before reloading.
const TIMEOUT_MS = 8_000;

export const authClient = lazily(AuthService, () => config().AUTH_URL);
export const bidsClient = lazily(BidService, () => config().BIDS_URL);
export const pictureClient = lazily(PictureService, () => config().BIDS_URL);
export const leaderboardClient = lazily(LeaderboardService, () => config().BIDS_URL);
export const notificationsClient = lazily(NotificationService, () => config().NOTIFICATIONS_URL);
export const userStatsClient = lazily(UserStatsService, () => config().USER_STATS_URL);

/** Call options that name the caller, and the address that the call is for. */
export function as(session: { accessToken: string; address?: string }): { headers: Record<string, string> } {
  return { headers: { authorization: `Bearer ${session.accessToken}`, ...forwarded(session) } };
}

/** Call options of anybody: who it is when they are signed in, and in any case the address that the call is for. */
export function asVisitor(session: { kind: string; accessToken?: string; address?: string }): {
  headers: Record<string, string>;
} {
  const { accessToken, address } = session;
  if (accessToken !== undefined) return as({ accessToken, ...(address && { address }) });
  return { headers: forwarded(session) };
}

function forwarded({ address }: { address?: string }): Record<string, string> {
  return address ? { 'x-forwarded-for': address } : {};
}

/** A client made at its first use, because a build has no environment. */
function lazily<S extends DescService>(service: S, baseUrl: () => string): () => Client<S> {
  let client: Client<S> | undefined;
  return () => {
    client ??= createClient(
      service,
      createConnectTransport({
        baseUrl: baseUrl(),
        httpVersion: '1.1',
        defaultTimeoutMs: TIMEOUT_MS,
        nodeOptions: baseUrl().startsWith('http:') ? { agent: new Agent({ keepAlive: true }) } : {},
        interceptors: [retryOnce(), traceCalls()],
      }),
    );
    return client;
  };
}
