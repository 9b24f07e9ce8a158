'use server';

import { encodeQR } from 'qr';
import { type FormState, newForm, textOf, typed, verbatim } from '../../model/form.ts';
import { as, authClient, call } from '../call-services.ts';
import { failedForm } from '../forms/failed-form.ts';
import type { SignedInVisitor } from '../session/read-session.ts';
import { refreshAfter, runSignedIn } from './run-action.ts';

const path = '/account';

/**
 * One form turns two-factor sign-in on and off, because without script its answer is shown only where the form was. The field `step` says
 * what to do: start (current_password), enable (code), seen (the recovery codes), disable (current_password, code).
 */
export async function changeTwoFactor(_: FormState, form: FormData): Promise<FormState> {
  return runSignedIn('change-two-factor', { path }, async (session) => {
    switch (textOf(form, 'step')) {
      case 'start':
        return start(session, form);
      case 'enable':
        return enable(session, form);
      case 'disable':
        return disable(session, form);
      default:
        refreshAfter({ ok: true, value: undefined });
        return newForm;
    }
  });
}

async function start(session: SignedInVisitor, form: FormData): Promise<FormState> {
  const currentPassword = verbatim(form, 'current_password');
  const outcome = await call('auth', () => authClient().startTwoFactor({ currentPassword }, as(session)));
  if (!outcome.ok) return failedForm(outcome, path, {}, ['current_password']);
  const { secret, uri } = outcome.value;
  return { status: 'new', values: { secret, qr: qrPath(uri) } };
}

async function enable(session: SignedInVisitor, form: FormData): Promise<FormState> {
  const code = textOf(form, 'code');
  const outcome = await call('auth', () => authClient().enableTwoFactor({ code }, as(session)));
  if (!outcome.ok) return failedForm(outcome, path, typed(form, ['secret', 'qr']), ['code']);
  const codes = outcome.value.recoveryCodes.join(' ');
  return { status: 'done', message: 'Two-factor sign-in is on.', values: { recovery_codes: codes } };
}

async function disable(session: SignedInVisitor, form: FormData): Promise<FormState> {
  const request = { currentPassword: verbatim(form, 'current_password'), code: textOf(form, 'code') };
  const outcome = await call('auth', () => authClient().disableTwoFactor(request, as(session)));
  if (!outcome.ok) return failedForm(outcome, path, {}, ['current_password', 'code']);
  refreshAfter(outcome);
  return { status: 'done', message: 'Two-factor sign-in is off.' };
}

/** A QR code as the path of an SVG image, one unit per module, and its size in front: `45 M0,0h1v1h-1z…`. */
function qrPath(text: string): string {
  const rows = encodeQR(text, 'raw', { border: 2 });
  const modules = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x},${y}h1v1h-1z`] : [])));
  return `${rows.length} ${modules.join('')}`;
}
