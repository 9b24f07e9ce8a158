import { cookies, headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { cache } from 'react';
import { config } from '../../config.ts';
import { requestOrigin } from './client-address.ts';
import { type Session, sessionFrom } from './renewal.ts';
import { cookieNames, isSecure } from './session-cookies.ts';
import { ENDED_HEADER, type Ending, endingFrom, signInPath } from './sign-in-path.ts';

/** A session, and the browser's address as far as this site can know it; services count requests by it. */
export type VisitorSession = Session & { readonly address: string };

/** Who the current request is from, after the proxy renewed what it could. Read once a request. */
export const readSession = cache(async (): Promise<VisitorSession> => {
  const [jar, sent] = await Promise.all([cookies(), headers()]);
  const names = cookieNames(isSecure(config(), sent));
  const session = sessionFrom(jar.get(names.access)?.value, jar.get(names.refresh)?.value, Date.now());
  return { ...session, address: requestOrigin(sent, config().TRUSTED_PROXY_HOPS).ipAddress };
});

/**
 * The session of a page that guests may not see: a guest goes to the sign-in form, and back to `path` from there. Somebody
 * whose sign-in could not be checked is not sent away.
 */
export async function requireSession(path: string): Promise<Exclude<VisitorSession, { kind: 'guest' }>> {
  const session = await readSession();
  if (session.kind !== 'guest') return session;
  redirect(signInPath(path, await readEnding()));
}

/** Why the sign-in ended, when it was this very request whose renewal was refused. */
export async function readEnding(): Promise<Ending | undefined> {
  return endingFrom((await headers()).get(ENDED_HEADER));
}
