'use server';

import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { config } from '../../config.ts';
import { failedForm } from '../forms/failed-form.ts';
import type { FormState } from '../forms/form-state.ts';
import { textOf, typed, verbatim } from '../forms/read-form.ts';
import { requestOrigin } from '../session/client-address.ts';
import { makeAccount } from '../session/make-account.ts';
import { returnPath } from '../session/return-path.ts';
import { signInPath } from '../session/sign-in-path.ts';
import { startSession } from '../session/start-session.ts';
import { actionSpan } from './action-span.ts';

const shownAgain = ['email', 'full_name', 'country_code', 'phone_number'] as const;

/** Makes an account, signs in with it and goes to `next`. Fields as in auth.v1.RegisterRequest, and next. */
export async function register(_: FormState, form: FormData): Promise<FormState> {
  const next = returnPath(textOf(form, 'next'));
  const result = await actionSpan('register', async (): Promise<FormState | 'signed-in' | 'registered'> => {
    const email = textOf(form, 'email');
    const password = verbatim(form, 'password');
    const details = {
      email,
      password,
      fullName: textOf(form, 'full_name'),
      countryCode: textOf(form, 'country_code').toUpperCase(),
      phoneNumber: textOf(form, 'phone_number'),
    };
    const origin = requestOrigin(await headers(), config().TRUSTED_PROXY_HOPS);
    const made = await makeAccount(details, origin);
    if (!made.ok) return failedForm(made, '/', typed(form, shownAgain));
    return (await startSession(email, password)).ok ? 'signed-in' : 'registered';
  });
  if (typeof result !== 'string') return result;
  // The account stands even if signing in with it failed: the form for that is the way on.
  redirect(result === 'signed-in' ? next : signInPath(next));
}
