import { cookies, headers } from 'next/headers';
import { config } from '../../config.ts';
import {
  clearedCookies,
  cookieNames,
  isSecure,
  type SessionTokens,
  sessionCookies,
} from './session-cookies.ts';

/** Keeps a new sign-in in the browser. Only server actions and route handlers may call it. */
export async function keepSession(tokens: SessionTokens): Promise<void> {
  const jar = await cookies();
  const options = { secure: await secure(), days: config().SESSION_COOKIE_DAYS, nowMs: Date.now() };
  for (const cookie of sessionCookies(tokens, options)) jar.set(cookie);
}

/** Takes the sign-in away from the browser and returns its refresh token, if there was one, for auth to end. */
export async function dropSession(): Promise<string | undefined> {
  const jar = await cookies();
  const isHttps = await secure();
  const refreshToken = jar.get(cookieNames(isHttps).refresh)?.value;
  for (const cookie of clearedCookies(isHttps)) jar.set(cookie);
  return refreshToken;
}

async function secure(): Promise<boolean> {
  return isSecure(config(), await headers());
}
