'use server';

import { refresh } from 'next/cache';
import { failedForm, isAway, unsignedForm } from '../forms/failed-form.ts';
import { type FormState, newForm } from '../forms/form-state.ts';
import { call } from '../rpc/call.ts';
import { as, notificationsClient } from '../rpc/clients.ts';
import { readSession } from '../session/read-session.ts';
import { actionSpan } from './action-span.ts';

/** Marks all of the caller's notifications as read. */
export async function markRead(_: FormState, __: FormData): Promise<FormState> {
  return actionSpan('mark-read', async () => {
    const session = await readSession();
    if (session.kind !== 'signed-in') return unsignedForm(session.kind, '/notifications', {});
    const outcome = await call('notifications', () =>
      notificationsClient().markRead({ id: '' }, as(session)),
    );
    if (outcome.ok || !isAway(outcome)) refresh();
    return outcome.ok ? newForm : failedForm(outcome, '/notifications', {});
  });
}
