import { Code, ConnectError, type Interceptor, type UnaryResponse } from '@connectrpc/connect';
import type { SecurityEvent, SecurityLog } from '@gavel/observability/security-log';
import { type ErrorInfo, ErrorInfoSchema } from '@gavel/proto/gen/google/rpc/error_details_pb';
import type { Reason } from '@gavel/proto/reasons';
import { decodeJwt } from 'jose';
import { optionalCaller, sentBadToken } from './caller.ts';
import { type AddressClues, peerAddress } from './client-address.ts';

/** What the answers of one method mean for the security log, besides what every method has. */
export interface MethodEvents {
  /** The method succeeded. */
  readonly ok?: SecurityEvent;
  readonly refused?: Partial<Record<Reason, SecurityEvent>>;
}

export interface LogSecurityOptions {
  readonly log: SecurityLog;
  readonly resolveAddress: (clues: AddressClues) => string | undefined;
  /** By the method's name. */
  readonly methods: Readonly<Record<string, MethodEvents>>;
}

/**
 * Writes the security log of a service: refused tokens, what a person may not do, limits, and the events of `methods`. Must run after
 * `authenticate`, which identifies the user.
 */
export function logSecurity({ log, resolveAddress, methods }: LogSecurityOptions): Interceptor {
  return (next) => async (request) => {
    const { ok, refused = {} } = methods[request.method.name] ?? {};
    const context = { values: request.contextValues };
    const note = (event: SecurityEvent, about: { userId?: string | undefined; reason?: string }): void => {
      const message: unknown = request.stream ? undefined : request.message;
      const claimed = textOf(message, 'ipAddress');
      const forwardedFor = request.header.get('x-forwarded-for');
      const address = resolveAddress({ peer: peerAddress(context), claimed, forwardedFor });
      const method = `${request.service.typeName}/${request.method.name}`;
      const userId = about.userId ?? optionalCaller(context)?.userId;
      log(event, { userId, address, method, reason: about.reason });
    };
    try {
      const answer = await next(request);
      if (ok && !answer.stream) note(ok, { userId: userOf(answer) });
      return answer;
    } catch (error) {
      const info = error instanceof ConnectError ? error.findDetails(ErrorInfoSchema)[0] : undefined;
      if (error instanceof ConnectError && info) {
        const event = refused[info.reason as Reason] ?? generalEvent(error, info, sentBadToken(context));
        if (event) note(event, { reason: info.reason });
      }
      throw error;
    }
  };
}

function generalEvent(
  { code }: ConnectError,
  { reason, metadata }: Pick<ErrorInfo, 'reason' | 'metadata'>,
  badToken: boolean,
): SecurityEvent | undefined {
  if (code === Code.Unauthenticated) return badToken ? 'token_refused' : undefined;
  if (code === Code.PermissionDenied) return 'access_denied';
  if (reason !== 'RATE_LIMITED') return undefined;
  return metadata.locked === 'true' ? 'sign_in_locked' : 'limit_hit';
}

/** The user who has just signed in: a sign-in has no caller, but its answer has the access token. */
function userOf(answer: UnaryResponse): string | undefined {
  const token = textOf(answer.message, 'accessToken');
  return token === '' ? undefined : decodeJwt(token).sub;
}

function textOf(message: unknown, field: string): string {
  const value =
    typeof message === 'object' && message !== null && (message as Record<string, unknown>)[field];
  return typeof value === 'string' ? value : '';
}
