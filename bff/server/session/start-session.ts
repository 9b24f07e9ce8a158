import { headers } from 'next/headers';
import { config } from '../../config.ts';
import { call } from '../rpc/call.ts';
import type { CallOutcome } from '../rpc/call-failure.ts';
import { authClient } from '../rpc/clients.ts';
import { requestOrigin } from './client-address.ts';
import { keepSession } from './write-session.ts';

/** Logs in at auth and keeps the tokens in the browser's cookies. */
export async function startSession(email: string, password: string): Promise<CallOutcome<void>> {
  const origin = requestOrigin(await headers(), config().TRUSTED_PROXY_HOPS);
  const outcome = await call('auth', () => authClient().login({ email, password, ...origin }));
  if (!outcome.ok) return outcome;
  await keepSession(outcome.value);
  return { ok: true, value: undefined };
}
