import { generateKeyPairSync, sign } from 'node:crypto';
import type { BrowserContext, Cookie } from 'playwright-core';

export const ACCESS = 'gavel_access';
export const REFRESH = 'gavel_refresh';
/** Says that the browser has signed in before. */
export const DEVICE = 'gavel_device';

/** A browser's cookie by its name. */
export async function cookie(context: BrowserContext, name: string): Promise<Cookie | undefined> {
  return (await context.cookies()).find((each) => each.name === name);
}

/** The possible states of an access cookie while its refresh cookie is valid. */
export const spoilings = {
  /** The usual case: the browser removed the cookie when its token expired. */
  gone: (context: BrowserContext) => context.clearCookies({ name: ACCESS }),
  /** The browser's clock is slow, or it keeps cookies too long. */
  expired: (context: BrowserContext) =>
    replace(context, (token) => signedByAnother(token, Math.floor(Date.now() / 1000) - 1)),
  /** The cookie holds no token. */
  tampered: (context: BrowserContext) => replace(context, (token) => token.slice(20, 60)),
} as const;

/** Replaces the token by an unexpired one with a foreign signature, which no service accepts. */
export function forgeAccessCookie(context: BrowserContext): Promise<void> {
  return replace(context, (token) => signedByAnother(token));
}

async function replace(context: BrowserContext, change: (token: string) => string): Promise<void> {
  const now = await cookie(context, ACCESS);
  if (!now) throw new Error('there is no access cookie to replace');
  await context.addCookies([{ ...now, value: change(now.value), expires: Date.now() / 1000 + 3600 }]);
}

/** The same header and claims, signed with a new key. `end`: another expiry, in Unix seconds. */
function signedByAnother(token: string, end?: number): string {
  const [header = '', payload = ''] = token.split('.');
  const claims: Record<string, unknown> = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const changed = Buffer.from(JSON.stringify({ ...claims, ...(end ? { exp: end } : {}) })).toString(
    'base64url',
  );
  const signed = `${header}.${changed}`;
  const { privateKey } = generateKeyPairSync('ed25519');
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
}
