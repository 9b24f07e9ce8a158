import 'server-only';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { RegisterRequestSchema, RegisterResponse } from '@gavel/proto/gen/auth/v1/auth_pb';
import { cookies, headers } from 'next/headers';
import { type RequestOrigin, requestOrigin } from '../../client-address.ts';
import { config } from '../../config.ts';
import type { CallOutcome } from '../../model/call-outcome.ts';
import { authClient, call } from '../call-services.ts';
import type { SignedInVisitor } from './read-session.ts';
import {
  challengeCookie,
  clearedCookies,
  cookieNames,
  deviceCookie,
  isSecure,
  type SessionTokens,
  sessionCookies,
  sessionFrom,
} from './session.ts';

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

/**
 * Logs in at auth, which ends the browser's sign-in of before, and stores the tokens in its cookies. When the account has a second factor,
 * the outcome is SECOND_FACTOR_NEEDED, and a cookie keeps the challenge for `completeSession`. For server actions and route handlers only.
 */
export async function startSession(email: string, password: string): Promise<CallOutcome<SignedInVisitor>> {
  const opening = await readOpening();
  const outcome = await call('auth', () => authClient().login({ email, password, ...opening.request }));
  if (outcome.ok) return storeTokens(outcome.value, opening);
  const { challenge } = outcome.metadata;
  if (outcome.reason === 'SECOND_FACTOR_NEEDED' && challenge)
    opening.jar.set(challengeCookie(challenge, opening.secure));
  return outcome;
}

/** Completes the sign-in that `startSession` has begun, with a code. For server actions and route handlers only. */
export async function completeSession(code: string): Promise<CallOutcome<SignedInVisitor>> {
  const opening = await readOpening();
  const name = challengeCookie('', opening.secure).name;
  const challenge = opening.jar.get(name)?.value ?? '';
  // Without the cookie the sign-in has ended, as after ten minutes.
  if (challenge === '') return { ok: false, service: 'auth', reason: 'SIGN_IN_ENDED', metadata: {} };
  const request = { challenge, code, ...opening.request };
  const outcome = await call('auth', () => authClient().completeLogin(request));
  if (outcome.ok || outcome.reason === 'SIGN_IN_ENDED') opening.jar.set(challengeCookie('', opening.secure));
  return outcome.ok ? storeTokens(outcome.value, opening) : outcome;
}

/** What every sign-in tells auth about the browser: its origin, the sign-in that it replaces, and its device token of before. */
async function readOpening() {
  const sent = await headers();
  const origin = requestOrigin(sent, config().TRUSTED_PROXY_HOPS);
  const jar = await cookies();
  const secure = isSecure(config(), sent);
  const replacedRefreshToken = jar.get(cookieNames(secure).refresh)?.value ?? '';
  const deviceToken = jar.get(deviceCookie('', secure).name)?.value ?? '';
  return { jar, secure, request: { ...origin, replacedRefreshToken, deviceToken } };
}

function storeTokens(
  tokens: SessionTokens & { deviceToken: string },
  { jar, secure, request }: Awaited<ReturnType<typeof readOpening>>,
): CallOutcome<SignedInVisitor> {
  const options = { secure, days: config().SESSION_COOKIE_DAYS, nowMs: Date.now() };
  for (const cookie of sessionCookies(tokens, options)) jar.set(cookie);
  const { accessToken, refreshToken, deviceToken } = tokens;
  // An auth of the version before sends none.
  if (deviceToken !== '') jar.set(deviceCookie(deviceToken, secure));
  const session = sessionFrom(accessToken, refreshToken, options.nowMs);
  if (session.kind !== 'signed-in') throw new Error('auth sent an access token that cannot be read');
  return { ok: true, value: { ...session, address: request.ipAddress } };
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
