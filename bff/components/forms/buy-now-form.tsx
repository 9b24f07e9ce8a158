'use client';

import { useActionState } from 'react';
import { buyNow } from '../../server/actions/buy-now.ts';
import { newForm } from '../../server/forms/form-state.ts';
import { FormMessage } from './form-message.tsx';
import { SubmitButton } from './submit-button.tsx';

/** Asks once more before it buys, without needing any script. */
export function BuyNowForm({ itemId, price }: { itemId: string; price: string }) {
  const [state, action] = useActionState(buyNow, newForm);
  return (
    <details className="confirm" open={state.status !== 'new'}>
      <summary>Buy now for {price}…</summary>
      <form action={action} aria-label="Buy now">
        <FormMessage state={state} />
        <input type="hidden" name="item_id" value={itemId} />
        <SubmitButton label={`Yes, buy it for ${price}`} busy="Buying…" quiet />
      </form>
    </details>
  );
}
