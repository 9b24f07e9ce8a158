import 'server-only';
import { withSpan } from '@gavel/observability/tracing';
import { refresh } from 'next/cache';
import { type CallOutcome, isUnavailable } from '../../model/call-outcome.ts';
import type { FormState } from '../../model/form.ts';
import { unsignedForm } from '../forms/failed-form.ts';
import { readSession, type VisitorSession } from '../session/read-session.ts';

/**
 * Runs a server action's work in a span named after the action. Redirect after it, not inside it: Next redirects by
 * throwing, and the span would record that as a failure.
 */
export function runAction<T>(name: string, work: () => Promise<T>): Promise<T> {
  return withSpan(`action ${name}`, { scope: 'gavel.bff' }, work);
}

/**
 * Runs an action for a signed-in person. For anybody else the result is the form with what was typed (`values`) and, for a
 * guest, a link to sign in and come back to `path`.
 */
export function runSignedIn<T>(
  name: string,
  { path, values = {} }: { path: string; values?: Record<string, string> },
  work: (session: Extract<VisitorSession, { kind: 'signed-in' }>) => Promise<T>,
): Promise<T | FormState> {
  return runAction(name, async () => {
    const session = await readSession();
    return session.kind === 'signed-in' ? work(session) : unsignedForm(session.kind, path, values);
  });
}

/**
 * Renders the page again with the action's answer, so that it shows the current state. Not while the service is unavailable:
 * the page would fail, and the form and its message would disappear.
 */
export function refreshAfter(outcome: CallOutcome<unknown>): void {
  if (outcome.ok || !isUnavailable(outcome)) refresh();
}
