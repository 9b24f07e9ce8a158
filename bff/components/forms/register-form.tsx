'use client';

import { useActionState } from 'react';
import { register } from '../../server/actions/register.ts';
import { newForm } from '../../server/forms/form-state.ts';
import { Field } from './field.tsx';
import { FormMessage } from './form-message.tsx';
import { SubmitButton } from './submit-button.tsx';

export function RegisterForm({ next }: { next: string }) {
  const [state, action] = useActionState(register, newForm);
  return (
    <form action={action} className="stack" aria-label="Create an account">
      <FormMessage state={state} />
      <input type="hidden" name="next" value={next} />
      <Field state={state} name="full_name" label="Full name" autoComplete="name" maxLength={100} required />
      <Field state={state} name="email" label="E-mail" type="email" autoComplete="username" required />
      <Field
        state={state}
        name="password"
        label="Password"
        type="password"
        autoComplete="new-password"
        minLength={8}
        maxLength={128}
        hint="At least 8 characters."
        required
      />
      <Field
        state={state}
        name="country_code"
        label="Country (optional)"
        autoComplete="country"
        maxLength={2}
        hint="Two letters, such as DE or US."
      />
      <Field state={state} name="phone_number" label="Telephone (optional)" type="tel" autoComplete="tel" />
      <SubmitButton label="Create account" busy="Creating…" />
    </form>
  );
}
