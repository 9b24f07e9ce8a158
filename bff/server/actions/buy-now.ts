'use server';

import { refresh } from 'next/cache';
import { failedForm, isAway, unsignedForm } from '../forms/failed-form.ts';
import type { FormState } from '../forms/form-state.ts';
import { textOf } from '../forms/read-form.ts';
import { call } from '../rpc/call.ts';
import { as, bidsClient } from '../rpc/clients.ts';
import { readSession } from '../session/read-session.ts';
import { actionSpan } from './action-span.ts';

/** Buys an item at its buy-now price. Field: item_id. */
export async function buyNow(_: FormState, form: FormData): Promise<FormState> {
  return actionSpan('buy-now', async () => {
    const itemId = textOf(form, 'item_id');
    const path = `/items/${encodeURIComponent(itemId)}`;
    const session = await readSession();
    if (session.kind !== 'signed-in') return unsignedForm(session.kind, path, {});
    const outcome = await call('bids', () => bidsClient().buyNow({ itemId }, as(session)));
    if (outcome.ok || !isAway(outcome)) refresh();
    if (!outcome.ok) return failedForm(outcome, path, {});
    return { status: 'done', message: 'It is yours.' };
  });
}
