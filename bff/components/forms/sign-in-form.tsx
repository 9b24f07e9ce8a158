'use client';

import { useActionState } from 'react';
import { signIn } from '../../server/actions/sign-in.ts';
import { newForm } from '../../server/forms/form-state.ts';
import { Field } from './field.tsx';
import { FormMessage } from './form-message.tsx';
import { SubmitButton } from './submit-button.tsx';

export function SignInForm({ next }: { next: string }) {
  const [state, action] = useActionState(signIn, newForm);
  return (
    <form action={action} className="stack" aria-label="Sign in">
      <FormMessage state={state} />
      <input type="hidden" name="next" value={next} />
      <Field state={state} name="email" label="E-mail" type="email" autoComplete="username" required />
      <Field
        state={state}
        name="password"
        label="Password"
        type="password"
        autoComplete="current-password"
        required
      />
      <SubmitButton label="Sign in" busy="Signing in…" />
    </form>
  );
}
