'use server';

import { redirect } from 'next/navigation';
import { failedForm } from '../forms/failed-form.ts';
import type { FormState } from '../forms/form-state.ts';
import { textOf, typed, verbatim } from '../forms/read-form.ts';
import { returnPath } from '../session/return-path.ts';
import { startSession } from '../session/start-session.ts';
import { actionSpan } from './action-span.ts';

/** Signs in and goes to `next`. Fields: email, password, next. */
export async function signIn(_: FormState, form: FormData): Promise<FormState> {
  const failure = await actionSpan('sign-in', async () => {
    const outcome = await startSession(textOf(form, 'email'), verbatim(form, 'password'));
    return outcome.ok ? undefined : failedForm(outcome, '/', typed(form, ['email']));
  });
  if (failure) return failure;
  redirect(returnPath(textOf(form, 'next')));
}
