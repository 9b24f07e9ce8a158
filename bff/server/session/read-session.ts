import 'server-only';
import { cookies, headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { cache } from 'react';
import { requestOrigin } from '../../client-address.ts';
import { config } from '../../config.ts';
import { cookieNames, isSecure, type Session, sessionFrom } from './session.ts';
import { ENDED_HEADER, type Ending, endingFrom, POSTED_HEADER, signInPath } from './sign-in-path.ts';

/** A session, and the browser's address if this site can know it. Services count requests by that address. */
export type VisitorSession = Session & { readonly address: string };
export type SignedInVisitor = Extract<VisitorSession, { kind: 'signed-in' }>;

/** Who the current request is from, after the proxy renewed the sign-in. Read once per request. */
export const readSession = cache(async (): Promise<VisitorSession> => {
  const [jar, sent] = await Promise.all([cookies(), headers()]);
  const names = cookieNames(isSecure(config(), sent));
  const session = sessionFrom(jar.get(names.access)?.value, jar.get(names.refresh)?.value, Date.now());
  return { ...session, address: requestOrigin(sent, config().TRUSTED_PROXY_HOPS).ipAddress };
});

/**
 * The session for a page that guests may not see: a guest is sent to the sign-in form, which leads back to `path`. A
 * person whose sign-in could not be checked is not sent away.
 */
export async function requireSession(path: string): Promise<Exclude<VisitorSession, { kind: 'guest' }>> {
  const session = await readSession();
  if (session.kind !== 'guest') return session;
  redirect(signInPath(path, await readEnding()));
}

/**
 * The session for a page whose form keeps what was typed when the sign-in has ended. Like `requireSession`, but a guest who has
 * sent the form is not sent away: without script this page is the answer, and it shows the form again.
 */
export async function requireSessionOrForm(path: string): Promise<VisitorSession> {
  const posted = (await headers()).has(POSTED_HEADER);
  return posted ? readSession() : requireSession(path);
}

/** Why the sign-in ended, when the renewal of this request was refused. */
export async function readEnding(): Promise<Ending | undefined> {
  return endingFrom((await headers()).get(ENDED_HEADER));
}
