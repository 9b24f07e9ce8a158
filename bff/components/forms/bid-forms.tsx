'use client';

import { useActionState } from 'react';
import { newForm } from '../../model/form.ts';
import { buyNow, placeBid } from '../../server/actions/bidding.ts';
import { MinimumNextBid } from '../live/live-price.tsx';
import { CheckField, Field } from './field.tsx';
import { ConfirmForm, FormFrame } from './form.tsx';
import { useBid } from './use-bid.ts';

/**
 * `formKey` is new each time the page is rendered: sending one rendered form twice is one bid. A form whose answer was lost
 * keeps the key that it was sent with.
 */
export function BidForm(props: { itemId: string; currency: string; formKey: string }) {
  const [rendered, action] = useActionState(placeBid, newForm);
  const { state, busy, submit } = useBid(props.itemId, rendered);
  return (
    <FormFrame
      send={action}
      onSubmit={submit}
      state={state}
      pending={busy}
      label="Place a bid"
      className="stack"
      button="Place bid"
      busy="Placing bid…"
    >
      {() => (
        <>
          <input type="hidden" name="item_id" value={props.itemId} />
          <input type="hidden" name="currency" value={props.currency} />
          <input
            type="hidden"
            name="idempotency_key"
            value={state.values?.idempotency_key ?? props.formKey}
          />
          <Field
            state={state}
            name="amount"
            label={`Your bid (${props.currency})`}
            inputMode="decimal"
            autoComplete="off"
            hint={<MinimumNextBid />}
            readOnly={busy}
            required
          />
          <CheckField
            state={state}
            name="as_maximum"
            label="This is my maximum bid"
            hint="Gavel bids for you up to this amount, only as much as needed. Other people cannot see it."
          />
        </>
      )}
    </FormFrame>
  );
}

export function BuyNowForm({ itemId, price }: { itemId: string; price: string }) {
  return (
    <ConfirmForm
      action={buyNow}
      label="Buy now"
      summary={`Buy now for ${price}…`}
      button={`Yes, buy it for ${price}`}
      busy="Buying…"
    >
      {() => <input type="hidden" name="item_id" value={itemId} />}
    </ConfirmForm>
  );
}
