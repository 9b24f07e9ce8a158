'use server';

import { redirect } from 'next/navigation';
import { call } from '../rpc/call.ts';
import { authClient } from '../rpc/clients.ts';
import { dropSession } from '../session/write-session.ts';
import { actionSpan } from './action-span.ts';

/** Ends the sign-in. The browser forgets it even while auth does not answer; that is then in the log. */
export async function signOut(): Promise<void> {
  await actionSpan('sign-out', async () => {
    const refreshToken = await dropSession();
    if (refreshToken) await call('auth', () => authClient().logout({ refreshToken }));
  });
  redirect('/');
}
