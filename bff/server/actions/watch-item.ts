'use server';

import { refresh } from 'next/cache';
import { failedForm, isAway, unsignedForm } from '../forms/failed-form.ts';
import { type FormState, newForm } from '../forms/form-state.ts';
import { textOf } from '../forms/read-form.ts';
import { call } from '../rpc/call.ts';
import { as, bidsClient } from '../rpc/clients.ts';
import { readSession } from '../session/read-session.ts';
import { actionSpan } from './action-span.ts';

/** Puts an item on the watch list or takes it off. Fields: item_id, watch (yes or no). */
export async function watchItem(_: FormState, form: FormData): Promise<FormState> {
  return actionSpan('watch-item', async () => {
    const itemId = textOf(form, 'item_id');
    const path = `/items/${encodeURIComponent(itemId)}`;
    const session = await readSession();
    if (session.kind !== 'signed-in') return unsignedForm(session.kind, path, {});
    const outcome = await call('bids', async () => {
      if (textOf(form, 'watch') === 'yes') await bidsClient().watchItem({ itemId }, as(session));
      else await bidsClient().unwatchItem({ itemId }, as(session));
    });
    if (outcome.ok || !isAway(outcome)) refresh();
    return outcome.ok ? newForm : failedForm(outcome, path, {});
  });
}
