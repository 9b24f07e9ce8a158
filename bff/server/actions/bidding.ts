'use server';

import { type FormState, newForm, textOf } from '../../model/form.ts';
import { as, bidsClient, call } from '../call-services.ts';
import { readBidForm } from '../forms/bid-form.ts';
import { failedForm } from '../forms/failed-form.ts';
import { sendBid } from '../forms/send-bid.ts';
import { refreshAfter, runSignedIn } from './run-action.ts';

/** Bids on an item. Fields: see `readBidForm`. */
export async function placeBid(_: FormState, form: FormData): Promise<FormState> {
  const path = itemPath(textOf(form, 'item_id'));
  return runSignedIn('place-bid', { path, values: readBidForm(form).values }, async (session) => {
    const { state, outcome } = await sendBid(form, session);
    if (outcome) refreshAfter(outcome);
    return state;
  });
}

/** Buys an item at its buy-now price. Field: item_id. */
export async function buyNow(_: FormState, form: FormData): Promise<FormState> {
  const itemId = textOf(form, 'item_id');
  const path = itemPath(itemId);
  return runSignedIn('buy-now', { path }, async (session) => {
    const outcome = await call('bids', () => bidsClient().buyNow({ itemId }, as(session)));
    refreshAfter(outcome);
    return outcome.ok ? { status: 'done', message: 'You bought this item.' } : failedForm(outcome, path, {});
  });
}

/** Adds an item to the watch list or removes it. Fields: item_id, watch (yes or no). */
export async function watchItem(_: FormState, form: FormData): Promise<FormState> {
  const itemId = textOf(form, 'item_id');
  const path = itemPath(itemId);
  return runSignedIn('watch-item', { path }, async (session) => {
    const outcome = await call('bids', async () => {
      if (textOf(form, 'watch') === 'yes') await bidsClient().watchItem({ itemId }, as(session));
      else await bidsClient().unwatchItem({ itemId }, as(session));
    });
    refreshAfter(outcome);
    return outcome.ok ? newForm : failedForm(outcome, path, {});
  });
}

function itemPath(itemId: string): string {
  return `/items/${encodeURIComponent(itemId)}`;
}
