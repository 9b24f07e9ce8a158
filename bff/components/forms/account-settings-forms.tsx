'use client';

import {
  changePassword,
  requestEmailChange,
  requestEmailVerification,
  signOutDevice,
  signOutEverywhere,
} from '../../server/actions/account.ts';
import { Field } from './field.tsx';
import { ActionForm, ConfirmForm } from './form.tsx';

/** Asks for the current and the new password. `email`: for password managers. */
export function ChangePasswordForm({ email }: { email: string }) {
  return (
    <ActionForm
      action={changePassword}
      label="Change password"
      className="stack"
      button="Change password"
      busy="Changing…"
    >
      {(state) => (
        <>
          <input type="text" name="username" autoComplete="username" defaultValue={email} hidden readOnly />
          <Field
            state={state}
            name="current_password"
            label="Current password"
            type="password"
            autoComplete="current-password"
            required
          />
          <Field
            state={state}
            name="new_password"
            label="New password"
            type="password"
            autoComplete="new-password"
            minLength={8}
            maxLength={128}
            hint="At least 8 characters. Your other devices are signed out."
            required
          />
        </>
      )}
    </ActionForm>
  );
}

/** Asks for another mail with a link to confirm the e-mail address. */
export function ResendVerificationForm() {
  return (
    <ActionForm
      action={requestEmailVerification}
      label="Confirm your e-mail address"
      className="inline"
      button="Send the mail again"
      busy="Sending…"
      quietButton
    />
  );
}

/** Asks for the new address and the password. */
export function ChangeEmailForm() {
  return (
    <ActionForm
      action={requestEmailChange}
      label="Change e-mail address"
      className="stack"
      button="Change address"
      busy="Sending…"
    >
      {(state) => (
        <>
          <Field
            state={state}
            name="new_email"
            label="New e-mail address"
            type="email"
            autoComplete="email"
            hint="We send a link to it, and tell your present address."
            required
          />
          <Field
            state={state}
            name="current_password"
            id="email_current_password"
            label="Your password"
            type="password"
            autoComplete="current-password"
            required
          />
        </>
      )}
    </ActionForm>
  );
}

/** Signs out one device. `device`: its name, for screen readers. */
export function SignOutDeviceForm({ sessionId, device }: { sessionId: string; device: string }) {
  return (
    <ActionForm
      action={signOutDevice}
      label={`Sign out ${device}`}
      className="inline"
      button="Sign out this device"
      busy="Signing out…"
      quietButton
    >
      {() => <input type="hidden" name="session_id" value={sessionId} />}
    </ActionForm>
  );
}

export function SignOutEverywhereForm() {
  return (
    <ConfirmForm
      action={signOutEverywhere}
      summary="Sign out everywhere…"
      button="Yes, sign out all devices, also this one"
      busy="Signing out…"
    />
  );
}
