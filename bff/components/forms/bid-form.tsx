'use client';

import { useActionState } from 'react';
import { placeBid } from '../../server/actions/place-bid.ts';
import { newForm } from '../../server/forms/form-state.ts';
import { MinimumNextBid } from '../live/live-price.tsx';
import { CheckField, Field } from './field.tsx';
import { FormMessage } from './form-message.tsx';
import { SubmitButton } from './submit-button.tsx';

/**
 * `formKey` is new with each rendering of the page: sending one rendered form twice is one bid. A form whose answer was
 * lost keeps the key that it was sent with.
 */
export function BidForm(props: { itemId: string; currency: string; formKey: string }) {
  const [state, action] = useActionState(placeBid, newForm);
  return (
    <form action={action} className="stack" aria-label="Place a bid">
      <FormMessage state={state} />
      <input type="hidden" name="item_id" value={props.itemId} />
      <input type="hidden" name="currency" value={props.currency} />
      <input type="hidden" name="idempotency_key" value={state.values?.idempotency_key ?? props.formKey} />
      <Field
        state={state}
        name="amount"
        label={`Your bid (${props.currency})`}
        inputMode="decimal"
        autoComplete="off"
        hint={<MinimumNextBid />}
        required
      />
      <CheckField
        state={state}
        name="as_maximum"
        label="This is my maximum"
        hint="Gavel bids for you, never more than it takes, up to this amount. Nobody else sees it."
      />
      <SubmitButton label="Place bid" busy="Bidding…" />
    </form>
  );
}
