import { generateKeyPairSync, sign } from 'node:crypto';
import type { BrowserContext, Cookie } from 'playwright-core';

export const ACCESS = 'gavel_access';
export const REFRESH = 'gavel_refresh';

/** A browser's cookie by its name. */
export async function cookie(context: BrowserContext, name: string): Promise<Cookie | undefined> {
  return (await context.cookies()).find((each) => each.name === name);
}

/** What can have become of an access cookie while its refresh cookie is alive. */
export const spoilings = {
  /** What time does to a browser: the cookie ends with its token. */
  gone: (context: BrowserContext) => context.clearCookies({ name: ACCESS }),
  /** A browser whose clock is behind, or that keeps cookies longer than it should. */
  expired: (context: BrowserContext) =>
    replace(context, (token) => signedByAnother(token, Math.floor(Date.now() / 1000) - 1)),
  /** No token at all. */
  tampered: (context: BrowserContext) => replace(context, (token) => token.slice(20, 60)),
} as const;

/** Puts a token in its place that has not ended and that no service takes: somebody else has signed it. */
export function forgeAccessCookie(context: BrowserContext): Promise<void> {
  return replace(context, (token) => signedByAnother(token));
}

async function replace(context: BrowserContext, change: (token: string) => string): Promise<void> {
  const now = await cookie(context, ACCESS);
  if (!now) throw new Error('there is no access cookie to replace');
  await context.addCookies([{ ...now, value: change(now.value), expires: Date.now() / 1000 + 3600 }]);
}

/** The same header and claims, with another end when one is given (Unix seconds), under a signature of a fresh key. */
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
