import 'server-only';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { RegisterRequestSchema, RegisterResponse } from '@gavel/proto/gen/auth/v1/auth_pb';
import { cookies, headers } from 'next/headers';
import { type RequestOrigin, requestOrigin } from '../../client-address.ts';
import { config } from '../../config.ts';
import type { CallOutcome } from '../../model/call-outcome.ts';
import { authClient, call } from '../call-services.ts';
import type { SignedInVisitor } from './read-session.ts';
import { clearedCookies, cookieNames, isSecure, sessionCookies, sessionFrom } from './session.ts';

/**
 * Creates an account at auth. The request has no field for the person's address, so it is sent as X-Forwarded-For, which
 * auth accepts from its trusted peers. Without it auth would count all sign-ups of this site as one client's.
 */
export function createAccount(
  details: MessageInitShape<typeof RegisterRequestSchema>,
  { ipAddress }: RequestOrigin,
): Promise<CallOutcome<RegisterResponse>> {
  const sent = ipAddress === '' ? {} : { 'x-forwarded-for': ipAddress };
  return call('auth', () => authClient().register(details, { headers: sent }));
}

/** Logs in at auth, which ends the browser's sign-in of before, and stores the tokens in its cookies. For server actions and route handlers only. */
export async function startSession(email: string, password: string): Promise<CallOutcome<SignedInVisitor>> {
  const sent = await headers();
  const origin = requestOrigin(sent, config().TRUSTED_PROXY_HOPS);
  const jar = await cookies();
  const secure = isSecure(config(), sent);
  const replacedRefreshToken = jar.get(cookieNames(secure).refresh)?.value ?? '';
  const request = { email, password, ...origin, replacedRefreshToken };
  const outcome = await call('auth', () => authClient().login(request));
  if (!outcome.ok) return outcome;
  const options = { secure, days: config().SESSION_COOKIE_DAYS, nowMs: Date.now() };
  for (const cookie of sessionCookies(outcome.value, options)) jar.set(cookie);
  const { accessToken, refreshToken } = outcome.value;
  const session = sessionFrom(accessToken, refreshToken, options.nowMs);
  if (session.kind !== 'signed-in') throw new Error('auth sent an access token that cannot be read');
  return { ok: true, value: { ...session, address: origin.ipAddress } };
}

/**
 * Removes the sign-in from the browser and ends it at auth. If auth does not answer, the browser's cookies are removed
 * nevertheless, and `call` logs the failure.
 */
export async function endSession(): Promise<void> {
  const jar = await cookies();
  const secure = isSecure(config(), await headers());
  const refreshToken = jar.get(cookieNames(secure).refresh)?.value;
  for (const cookie of clearedCookies(secure)) jar.set(cookie);
  if (refreshToken) await call('auth', () => authClient().logout({ refreshToken }));
}
