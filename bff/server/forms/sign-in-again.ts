import 'server-only';
import { type FormState, textOf, typed, verbatim } from '../../model/form.ts';
import { filesAgain } from '../../model/item-pictures.ts';
import { reasonSentences } from '../../words/reason-sentences.ts';
import type { SignedInVisitor } from '../session/read-session.ts';
import { startSession } from '../session/start-session.ts';
import { failedForm, SIGN_IN_EMAIL, SIGN_IN_PASSWORD } from './failed-form.ts';

export type SignInAgain = { ok: true; session: SignedInVisitor } | { ok: false; state: FormState };

/**
 * Signs in with the e-mail and the password that a guest typed into another form. When they are missing or wrong, the result is
 * that form, with what was typed, and it asks for them. Files cannot be shown again by any browser, so the form says so.
 */
export async function signInAgain(form: FormData, values: Record<string, string>): Promise<SignInAgain> {
  const asking = { values: { ...values, ...typed(form, [SIGN_IN_EMAIL]) }, asksSignIn: true };
  const fields: Record<string, string> = { ...filesAgain(form) };
  const email = textOf(form, SIGN_IN_EMAIL);
  const password = verbatim(form, SIGN_IN_PASSWORD);
  if (email === '' && password === '') {
    const message = reasonSentences.UNAUTHENTICATED({});
    return { ok: false, state: { status: 'failed', message, fields, ...asking } };
  }
  const outcome = await startSession(email, password);
  if (outcome.ok) return { ok: true, session: outcome.value };
  const refused = failedForm(outcome, '/', {}, ['email', 'password']);
  for (const [name, sentence] of Object.entries(refused.fields ?? {})) fields[`sign_in_${name}`] = sentence;
  return { ok: false, state: { ...refused, ...asking, fields } };
}
