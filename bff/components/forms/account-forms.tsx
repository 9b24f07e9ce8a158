'use client';

import {
  completeSignIn,
  register,
  requestPasswordReset,
  resetPassword,
  signIn,
  verifyEmail,
} from '../../server/actions/account.ts';
import { Field } from './field.tsx';
import { ActionForm } from './form.tsx';

/** `next`: the path to go to after signing in. */
export function SignInForm({ next }: { next: string }) {
  return (
    <ActionForm action={signIn} label="Sign in" className="stack" button="Sign in" busy="Signing in…">
      {(state) => (
        <>
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
        </>
      )}
    </ActionForm>
  );
}

/** The second step of a sign-in. `next`: the path to go to after it. */
export function SecondFactorForm({ next }: { next: string }) {
  return (
    <ActionForm
      action={completeSignIn}
      label="Enter your code"
      className="stack"
      button="Sign in"
      busy="Signing in…"
    >
      {(state) => (
        <>
          <input type="hidden" name="next" value={next} />
          <Field
            state={state}
            name="code"
            label="Code"
            autoComplete="one-time-code"
            maxLength={64}
            hint="Six digits. Without your device, enter a recovery code."
            required
          />
        </>
      )}
    </ActionForm>
  );
}

/** `next`: the path to go to with the new account. */
export function RegisterForm({ next }: { next: string }) {
  return (
    <ActionForm
      action={register}
      label="Create an account"
      className="stack"
      button="Create account"
      busy="Creating account…"
    >
      {(state) => (
        <>
          <input type="hidden" name="next" value={next} />
          <Field
            state={state}
            name="full_name"
            label="Full name"
            autoComplete="name"
            maxLength={100}
            required
          />
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
          <Field state={state} name="phone_number" label="Phone (optional)" type="tel" autoComplete="tel" />
        </>
      )}
    </ActionForm>
  );
}

/** Asks for a mail with a link to choose a new password. */
export function ForgotPasswordForm() {
  return (
    <ActionForm
      action={requestPasswordReset}
      label="Ask for a new password"
      className="stack"
      button="Send the link"
      busy="Sending…"
    >
      {(state) => (
        <Field state={state} name="email" label="E-mail" type="email" autoComplete="username" required />
      )}
    </ActionForm>
  );
}

/** `token`: the secret of the mailed link. */
export function ResetPasswordForm({ token }: { token: string }) {
  return (
    <ActionForm
      action={resetPassword}
      label="Choose a new password"
      className="stack"
      button="Save password"
      busy="Saving…"
    >
      {(state) => (
        <>
          <input type="hidden" name="token" value={token} />
          <Field
            state={state}
            name="new_password"
            label="New password"
            type="password"
            autoComplete="new-password"
            minLength={8}
            maxLength={128}
            hint="At least 8 characters. All your devices are signed out."
            required
          />
        </>
      )}
    </ActionForm>
  );
}

/** `token`: the secret of the mailed link. */
export function VerifyEmailForm({ token }: { token: string }) {
  return (
    <ActionForm
      action={verifyEmail}
      label="Confirm your e-mail address"
      className="stack"
      button="Confirm"
      busy="Confirming…"
    >
      {() => <input type="hidden" name="token" value={token} />}
    </ActionForm>
  );
}
