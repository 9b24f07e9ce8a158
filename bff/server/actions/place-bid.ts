'use server';

import { refresh } from 'next/cache';
import { bidKey, formKeyFrom } from '../forms/bid-key.ts';
import { failedForm, isAway, isUncertain, refusedForm, unsignedForm } from '../forms/failed-form.ts';
import type { FormState } from '../forms/form-state.ts';
import { textOf, typed } from '../forms/read-form.ts';
import { parseMoney } from '../money/parse-money.ts';
import { call } from '../rpc/call.ts';
import { as, bidsClient } from '../rpc/clients.ts';
import { bidSentence } from '../sentences/bid-sentence.ts';
import { moneySentence } from '../sentences/field-sentences.ts';
import { readSession } from '../session/read-session.ts';
import { actionSpan } from './action-span.ts';

/**
 * Bids on an item. Fields: item_id, currency, amount as typed, as_maximum when it is the most that the bidder would pay,
 * idempotency_key as rendered into the form.
 */
export async function placeBid(_: FormState, form: FormData): Promise<FormState> {
  return actionSpan('place-bid', async () => {
    const itemId = textOf(form, 'item_id');
    const currency = textOf(form, 'currency');
    const values = typed(form, ['amount', 'as_maximum']);
    const path = `/items/${encodeURIComponent(itemId)}`;
    const session = await readSession();
    if (session.kind !== 'signed-in') return unsignedForm(session.kind, path, values);
    const amount = parseMoney(textOf(form, 'amount'), currency);
    if (!amount.ok) return refusedForm({ amount: moneySentence(amount.problem, currency) }, values);

    const formKey = formKeyFrom(form);
    const asMaximum = textOf(form, 'as_maximum') === 'on';
    const idempotencyKey = bidKey(formKey, amount.minor, asMaximum);
    const bid = asMaximum ? { maxAmount: amount.minor } : { amount: amount.minor };
    const outcome = await call('bids', () =>
      bidsClient().placeBid({ itemId, ...bid, idempotencyKey }, as(session)),
    );
    // Shows the price of now beside the answer, whether it was yes or no.
    if (outcome.ok || !isAway(outcome)) refresh();
    if (outcome.ok) {
      const { leading, currentHighestBid } = outcome.value;
      const answer = { asMaximum, typed: amount.minor, leading, highest: currentHighestBid, currency };
      return { status: 'done', message: bidSentence(answer) };
    }
    // Nobody knows whether that bid stands: the form keeps its key, so that sending it again asks for the same bid.
    const kept = isUncertain(outcome) ? { idempotency_key: formKey } : {};
    return failedForm(outcome, path, { ...values, ...kept });
  });
}
