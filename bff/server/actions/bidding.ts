'use server';

import { isUncertain } from '../../model/call-outcome.ts';
import { type FormState, newForm, textOf } from '../../model/form.ts';
import { as, bidsClient, call } from '../call-services.ts';
import { bidSentence, readBidForm } from '../forms/bid-form.ts';
import { failedForm, refusedForm } from '../forms/failed-form.ts';
import { refreshAfter, runSignedIn } from './run-action.ts';

/** Bids on an item. Fields: see `readBidForm`. */
export async function placeBid(_: FormState, form: FormData): Promise<FormState> {
  const { itemId, currency, formKey, values, bid } = readBidForm(form);
  const path = itemPath(itemId);
  return runSignedIn('place-bid', { path, values }, async (session) => {
    if (!bid.ok) return refusedForm(bid.fields, values);
    const outcome = await call('bids', () => bidsClient().placeBid(bid.request, as(session)));
    refreshAfter(outcome);
    if (outcome.ok) {
      const { leading, currentHighestBid: highest } = outcome.value;
      return { status: 'done', message: bidSentence(bid.request, { leading, highest, currency }) };
    }
    // The bid may have been accepted: the form keeps its key, so that sending it again requests the same bid.
    const kept = isUncertain(outcome) ? { idempotency_key: formKey } : {};
    return failedForm(outcome, path, { ...values, ...kept });
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
