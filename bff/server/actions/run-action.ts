import 'server-only';
import { withSpan } from '@gavel/observability/tracing';
import { refresh } from 'next/cache';
import { type CallOutcome, isUnavailable } from '../../model/call-outcome.ts';
import { type FormState, textOf } from '../../model/form.ts';
import { filesAgain } from '../../model/item-pictures.ts';
import { guestForm, SIGN_IN_EMAIL, unverifiedForm } from '../forms/failed-form.ts';
import { signInAgain } from '../forms/sign-in-again.ts';
import { readSession, type SignedInVisitor } from '../session/read-session.ts';
import { renewUnverified } from '../session/renew-unverified.ts';

/**
 * Runs a server action's work in a span named after the action. Redirect after it, not inside it: Next redirects by
 * throwing, and the span would record that as a failure.
 */
export function runAction<T>(name: string, work: () => Promise<T>): Promise<T> {
  return withSpan(`action ${name}`, { scope: 'gavel.bff' }, work);
}

interface SignedInForm {
  path: string;
  /** What was typed. */
  values?: Record<string, string>;
  /**
   * Given for a form with so much in it that nobody should have to fill it in twice: it asks a guest for e-mail and password
   * itself, and signs in with them when they are sent.
   */
  form?: FormData;
}

/**
 * Runs an action for a signed-in person. For anybody else the result is the form with what was typed (`values`) and, for a
 * guest, a way to sign in: two fields of the form itself, or a link to the sign-in page, which leads back to `path`.
 */
export function runSignedIn<T>(
  name: string,
  { path, values = {}, form }: SignedInForm,
  work: (session: SignedInVisitor) => Promise<T>,
): Promise<T | FormState> {
  return runAction(name, async () => {
    // Services may have refused the session that the cookies hold, so a new sign-in comes first.
    if (form === undefined || textOf(form, SIGN_IN_EMAIL) === '') {
      const session = await readSession();
      if (session.kind === 'signed-in') return work(await renewUnverified(session));
      if (session.kind === 'unverified') return unverifiedForm(values, form ? { ...filesAgain(form) } : {});
      if (form === undefined) return guestForm(path, values);
    }
    const again = await signInAgain(form, values);
    return again.ok ? work(again.session) : again.state;
  });
}

/**
 * Renders the page again with the action's answer, so that it shows the current state. Not while the service is unavailable:
 * the page would fail, and the form and its message would disappear.
 */
export function refreshAfter(outcome: CallOutcome<unknown>): void {
  if (outcome.ok || !isUnavailable(outcome)) refresh();
}
