'use server';

import { refresh } from 'next/cache';
import { failedForm, isAway, unsignedForm } from '../forms/failed-form.ts';
import type { FormState } from '../forms/form-state.ts';
import { textOf } from '../forms/read-form.ts';
import { call } from '../rpc/call.ts';
import { as, bidsClient } from '../rpc/clients.ts';
import { readSession } from '../session/read-session.ts';
import { actionSpan } from './action-span.ts';

/** Cancels an auction. Field: item_id. */
export async function cancelItem(_: FormState, form: FormData): Promise<FormState> {
  return actionSpan('cancel-item', async () => {
    const session = await readSession();
    if (session.kind !== 'signed-in') return unsignedForm(session.kind, '/listings', {});
    const id = textOf(form, 'item_id');
    const outcome = await call('bids', () => bidsClient().cancelItem({ id }, as(session)));
    if (outcome.ok || !isAway(outcome)) refresh();
    if (!outcome.ok) return failedForm(outcome, '/listings', {});
    return { status: 'done', message: 'The auction is cancelled.' };
  });
}
