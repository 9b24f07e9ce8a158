'use server';

import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { requestOrigin } from '../../client-address.ts';
import { config } from '../../config.ts';
import { type FormState, newForm, textOf, typed, verbatim } from '../../model/form.ts';
import { pathWith } from '../../model/query.ts';
import { as, authClient, call } from '../call-services.ts';
import { failedForm } from '../forms/failed-form.ts';
import { returnPath, signInPath } from '../session/sign-in-path.ts';
import { completeSession, createAccount, endSession, startSession } from '../session/start-session.ts';
import { refreshAfter, runAction, runSignedIn } from './run-action.ts';

/** Signs in and goes to `next`, or to the page that asks for the second factor. Fields: email, password, next. */
export async function signIn(_: FormState, form: FormData): Promise<FormState> {
  const next = returnPath(textOf(form, 'next'));
  const result = await runAction('sign-in', async (): Promise<FormState | 'signed-in' | 'needs-code'> => {
    const outcome = await startSession(textOf(form, 'email'), verbatim(form, 'password'));
    if (outcome.ok) return 'signed-in';
    if (outcome.reason === 'SECOND_FACTOR_NEEDED') return 'needs-code';
    return failedForm(outcome, '/', typed(form, ['email']), ['password']);
  });
  if (typeof result !== 'string') return result;
  redirect(result === 'signed-in' ? next : pathWith('/sign-in/code', { next }));
}

/** Completes a sign-in with a code and goes to `next`. Fields: code, next. */
export async function completeSignIn(_: FormState, form: FormData): Promise<FormState> {
  const failure = await runAction('complete-sign-in', async () => {
    const outcome = await completeSession(textOf(form, 'code'));
    return outcome.ok ? undefined : failedForm(outcome, '/', {}, ['code']);
  });
  if (failure) return failure;
  redirect(returnPath(textOf(form, 'next')));
}

/** Creates an account, signs in and goes to `next`. Fields: those of auth.v1.RegisterRequest, and next. */
export async function register(_: FormState, form: FormData): Promise<FormState> {
  const next = returnPath(textOf(form, 'next'));
  const result = await runAction('register', async (): Promise<FormState | 'signed-in' | 'registered'> => {
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
    const created = await createAccount(details, origin);
    const shownAgain = ['email', 'full_name', 'country_code', 'phone_number'];
    if (!created.ok) return failedForm(created, '/', typed(form, shownAgain), ['password']);
    return (await startSession(email, password)).ok ? 'signed-in' : 'registered';
  });
  if (typeof result !== 'string') return result;
  // The account exists even when signing in with it failed; the person can then sign in with the form.
  redirect(result === 'signed-in' ? next : signInPath(next));
}

/** Asks for a mail with a link to choose a new password. The answer is the same for an address without an account. Field: email. */
export async function requestPasswordReset(_: FormState, form: FormData): Promise<FormState> {
  return runAction('request-password-reset', async (): Promise<FormState> => {
    const email = textOf(form, 'email');
    const { ipAddress } = requestOrigin(await headers(), config().TRUSTED_PROXY_HOPS);
    const outcome = await call('auth', () => authClient().requestPasswordReset({ email, ipAddress }));
    if (!outcome.ok) return failedForm(outcome, '/', typed(form, ['email']));
    const message = `If ${email} has an account, we have sent it a mail with a link. The link works once, for 30 minutes.`;
    return { status: 'done', message };
  });
}

/** Sets a new password with a mailed link, and goes to the sign-in page. Fields: token, new_password. */
export async function resetPassword(_: FormState, form: FormData): Promise<FormState> {
  const failure = await runAction('reset-password', async () => {
    const request = { token: textOf(form, 'token'), newPassword: verbatim(form, 'new_password') };
    const { ipAddress } = requestOrigin(await headers(), config().TRUSTED_PROXY_HOPS);
    const outcome = await call('auth', () => authClient().resetPassword({ ...request, ipAddress }));
    return outcome.ok ? undefined : failedForm(outcome, '/', {}, ['new_password']);
  });
  if (failure) return failure;
  redirect('/sign-in?changed=password');
}

const accountPath = '/account';

/** Changes the password. Fields: current_password, new_password. */
export async function changePassword(_: FormState, form: FormData): Promise<FormState> {
  return runSignedIn('change-password', { path: accountPath }, async (session) => {
    const currentPassword = verbatim(form, 'current_password');
    const newPassword = verbatim(form, 'new_password');
    const outcome = await call('auth', () =>
      authClient().changePassword({ currentPassword, newPassword }, as(session)),
    );
    if (!outcome.ok) return failedForm(outcome, accountPath, {}, ['current_password', 'new_password']);
    refreshAfter(outcome);
    const message = 'Your password was changed. Your other devices were signed out.';
    return { status: 'done', message };
  });
}

/** Confirms an e-mail address with a mailed link, and goes to the account page. Field: token. */
export async function verifyEmail(_: FormState, form: FormData): Promise<FormState> {
  const failure = await runAction('verify-email', async () => {
    const { ipAddress } = requestOrigin(await headers(), config().TRUSTED_PROXY_HOPS);
    const request = { token: textOf(form, 'token'), ipAddress };
    const outcome = await call('auth', () => authClient().verifyEmail(request));
    return outcome.ok ? undefined : failedForm(outcome, accountPath, {});
  });
  if (failure) return failure;
  redirect('/verify-email?done=yes');
}

/** Mails the person a new link to confirm their e-mail address. */
export async function requestEmailVerification(_: FormState, __: FormData): Promise<FormState> {
  return runSignedIn('request-email-verification', { path: accountPath }, async (session) => {
    const outcome = await call('auth', () => authClient().requestEmailVerification({}, as(session)));
    if (!outcome.ok) return failedForm(outcome, accountPath, {});
    return { status: 'done', message: 'We have sent you a mail with a link. Please open it within a day.' };
  });
}

/** Asks for a change of the e-mail address. Fields: current_password, new_email. */
export async function requestEmailChange(_: FormState, form: FormData): Promise<FormState> {
  const values = typed(form, ['new_email']);
  return runSignedIn('request-email-change', { path: accountPath, values }, async (session) => {
    const newEmail = textOf(form, 'new_email');
    const request = { newEmail, currentPassword: verbatim(form, 'current_password') };
    const outcome = await call('auth', () => authClient().requestEmailChange(request, as(session)));
    if (!outcome.ok) return failedForm(outcome, accountPath, values, ['current_password']);
    const message = `We have sent a mail with a link to ${newEmail}. Your address changes when you open it.`;
    return { status: 'done', message };
  });
}

/** Signs out one of the person's devices. Field: session_id. */
export async function signOutDevice(_: FormState, form: FormData): Promise<FormState> {
  return runSignedIn('sign-out-device', { path: accountPath }, async (session) => {
    const sessionId = textOf(form, 'session_id');
    const outcome = await call('auth', () => authClient().revokeSession({ sessionId }, as(session)));
    refreshAfter(outcome);
    return outcome.ok ? newForm : failedForm(outcome, accountPath, {});
  });
}

/** Signs out all devices of the person, also this one, and goes to the sign-in page. */
export async function signOutEverywhere(_: FormState, __: FormData): Promise<FormState> {
  const failure = await runSignedIn('sign-out-everywhere', { path: accountPath }, async (session) => {
    const outcome = await call('auth', () => authClient().revokeAllSessions({}, as(session)));
    if (!outcome.ok) return failedForm(outcome, accountPath, {});
    await endSession();
    return undefined;
  });
  if (failure) return failure;
  redirect('/sign-in');
}

/** Signs out and goes to the home page. */
export async function signOut(): Promise<void> {
  await runAction('sign-out', endSession);
  redirect('/');
}
