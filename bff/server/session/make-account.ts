import type { MessageInitShape } from '@bufbuild/protobuf';
import type { RegisterRequestSchema, RegisterResponse } from '@gavel/proto/gen/auth/v1/auth_pb';
import { call } from '../rpc/call.ts';
import type { CallOutcome } from '../rpc/call-failure.ts';
import { authClient } from '../rpc/clients.ts';
import type { RequestOrigin } from './client-address.ts';

/**
 * Makes an account at auth. The request has no field for the person's address, so that travels as X-Forwarded-For, which
 * auth believes from its trusted peers: without it all sign-ups of this site would count as one client's.
 */
export function makeAccount(
  details: MessageInitShape<typeof RegisterRequestSchema>,
  { ipAddress }: RequestOrigin,
): Promise<CallOutcome<RegisterResponse>> {
  const headers = ipAddress === '' ? {} : { 'x-forwarded-for': ipAddress };
  return call('auth', () => authClient().register(details, { headers }));
}
