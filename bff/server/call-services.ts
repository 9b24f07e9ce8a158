import 'server-only';
import { Agent } from 'node:http';
import type { DescService } from '@bufbuild/protobuf';
import { type Client, Code, ConnectError, createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { attribute } from '@gavel/observability/attributes';
import { createLogger } from '@gavel/observability/logger';
import { inject, withSpan } from '@gavel/observability/tracing';
import { AuthService } from '@gavel/proto/gen/auth/v1/auth_pb';
import { BidService, LeaderboardService, PictureService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { ErrorInfoSchema } from '@gavel/proto/gen/google/rpc/error_details_pb';
import { NotificationService } from '@gavel/proto/gen/notifications/v1/notifications_pb';
import { UserStatsService } from '@gavel/proto/gen/userstats/v1/user_stats_pb';
import { isReason, REASON_DOMAIN } from '@gavel/proto/reasons';
import { config } from '../config.ts';
import type { CallFailure, CallOutcome, ServiceName } from '../model/call-outcome.ts';

const log = createLogger('bff');

/**
 * Runs one call and returns its outcome. An expected refusal is a value, not an exception. Unexpected errors and services
 * that do not answer are logged here and nowhere else.
 */
export async function call<T>(service: ServiceName, run: () => Promise<T>): Promise<CallOutcome<T>> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    const failure = toFailure(service, error);
    if (failure.reason === 'INTERNAL') log.error({ err: error, service }, 'call failed');
    if (failure.reason === 'UNREACHABLE') log.warn({ err: error, service }, 'service does not answer');
    return failure;
  }
}

/** Turns a client's error into a failure: the service's reason, UNREACHABLE when nobody answered, otherwise INTERNAL. */
export function toFailure(service: ServiceName, error: unknown): CallFailure {
  const { reason, metadata } = reasonOf(error);
  return { ok: false, service, reason, metadata };
}

const unanswered: ReadonlySet<Code> = new Set([
  Code.Unavailable,
  Code.DeadlineExceeded,
  Code.Aborted,
  Code.Canceled,
]);

function reasonOf(error: unknown): Pick<CallFailure, 'reason' | 'metadata'> {
  if (!(error instanceof ConnectError)) return { reason: 'INTERNAL', metadata: {} };
  for (const info of error.findDetails(ErrorInfoSchema)) {
    if (info.domain === REASON_DOMAIN && isReason(info.reason))
      return { reason: info.reason, metadata: info.metadata };
  }
  if (unanswered.has(error.code)) return { reason: 'UNREACHABLE', metadata: {} };
  if (error.code === Code.Unauthenticated) return { reason: 'UNAUTHENTICATED', metadata: {} };
  return { reason: 'INTERNAL', metadata: {} };
}

// Longer than a sign-in takes under load (argon2), shorter than a person waits before reloading the page.
const TIMEOUT_MS = 8_000;

export const authClient = lazily(AuthService, () => config().AUTH_URL);
export const bidsClient = lazily(BidService, () => config().BIDS_URL);
export const pictureClient = lazily(PictureService, () => config().BIDS_URL);
export const leaderboardClient = lazily(LeaderboardService, () => config().BIDS_URL);
export const notificationsClient = lazily(NotificationService, () => config().NOTIFICATIONS_URL);
export const userStatsClient = lazily(UserStatsService, () => config().USER_STATS_URL);

/** Call options with the caller's access token and browser address. */
export function as(session: { accessToken: string; address?: string }): { headers: Record<string, string> } {
  return { headers: { authorization: `Bearer ${session.accessToken}`, ...forwarded(session) } };
}

/** Call options for anybody: the access token of a signed-in person, and in any case the browser's address. */
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

/** A client that is created at its first use, because the environment is not known during a build. */
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
        interceptors: [retryOnce, traceCall],
      }),
    );
    return client;
  };
}

// Methods that may run twice: reads, and changes that give the same answer again. PlaceBid has its idempotency key, BuyNow
// its buyer, a picture its content hash; for Refresh, auth keeps the successor of the last token for a few seconds.
const repeatable =
  /^(Get|List)[A-Z]|^(PlaceBid|BuyNow|WatchItem|UnwatchItem|UploadPicture|MarkRead|UpdatePreferences|Refresh)$/;

/**
 * Retries a call once when its connection failed, which happens when a service restarts between two requests on a
 * kept-alive connection. An answer from the service is never retried.
 */
const retryOnce: Interceptor = (next) => async (request) => {
  try {
    return await next(request);
  } catch (error) {
    if (request.stream || !repeatable.test(request.method.name) || !isLostConnection(error)) throw error;
    return next(request);
  }
};

function isLostConnection(error: unknown): boolean {
  if (!(error instanceof ConnectError) || error.findDetails(ErrorInfoSchema).length > 0) return false;
  return error.code === Code.Unavailable || error.code === Code.Aborted;
}

/** One client span per call, named `package.Service/Method`. The request's headers carry its trace context. */
const traceCall: Interceptor = (next) => (request) => {
  const method = `${request.service.typeName}/${request.method.name}`;
  const attributes = { [attribute.rpcSystem]: 'connectrpc', [attribute.rpcMethod]: method };
  return withSpan(method, { kind: 'client', attributes, scope: 'gavel.bff' }, async (span) => {
    for (const [name, value] of Object.entries(inject())) request.header.set(name, value);
    try {
      return await next(request);
    } catch (error) {
      if (error instanceof ConnectError) span.setAttribute(attribute.rpcStatusCode, Code[error.code]);
      throw error;
    }
  });
};
