'use client';

import { toDecimal } from '@gavel/proto/currencies';
import Link from 'next/link';
import { useActionState } from 'react';
import { newForm } from '../../model/form.ts';
import { formatMoney } from '../../model/money.ts';
import { buyNow, placeBid } from '../../server/actions/bidding.ts';
import { MinimumNextBid, useLiveAuction } from '../live/live-price.tsx';
import { ChoiceOfTwo, Field } from './field.tsx';
import { ConfirmForm, FormFrame } from './form.tsx';
import { useBid } from './use-bid.ts';

interface BidFormProps {
  itemId: string;
  currency: string;
  /**
   * New each time the page is rendered: sending one rendered form twice is one bid. A form whose answer was lost keeps the key
   * that it was sent with.
   */
  formKey: string;
  /** What the next bid adds, minor units. */
  increment: string;
  /** Bids must be below it, minor units; 0: there is none. */
  buyNowPrice: string;
  /** The amount that the address names, as typed. */
  asked: string;
}

/** Bids up to a maximum or, on request, an exact amount. A question before an unusual amount is answered in the form itself. */
export function BidForm({ itemId, currency, formKey, increment, buyNowPrice, asked }: BidFormProps) {
  const [rendered, action] = useActionState(placeBid, newForm);
  const { state, busy, submit } = useBid(itemId, rendered);
  const { item } = useLiveAuction();
  const { question } = state;
  return (
    <FormFrame
      send={action}
      onSubmit={submit}
      state={state}
      pending={busy}
      label="Place a bid"
      className="stack bid-form"
      button={question?.button ?? 'Place bid'}
      busy="Placing bid…"
    >
      {() => (
        <>
          <input type="hidden" name="item_id" value={itemId} />
          <input type="hidden" name="currency" value={currency} />
          <input type="hidden" name="idempotency_key" value={state.values?.idempotency_key ?? formKey} />
          <input type="hidden" name="minimum_next_bid" value={item.minimumNextBid} />
          {question && <input type="hidden" name="confirmed" value={question.confirms} />}
          <Field
            state={state}
            name="amount"
            label={`Your bid (${currency})`}
            inputMode="decimal"
            autoComplete="off"
            defaultValue={asked}
            hint={<MinimumNextBid />}
            readOnly={busy || question !== undefined}
            required
          />
          {question ? (
            <Link href={`/items/${itemId}`} prefetch={false}>
              Change the amount
            </Link>
          ) : (
            <QuickAmounts {...{ itemId, currency, increment, buyNowPrice }} />
          )}
          <ChoiceOfTwo
            state={state}
            name="as_maximum"
            legend="How to bid"
            first={{
              value: 'on',
              label: 'This is my maximum bid',
              hint: 'Gavel bids for you up to this amount, only as much as needed. Other people cannot see it.',
            }}
            second={{ value: 'off', label: 'Bid exactly this amount' }}
          />
        </>
      )}
    </FormFrame>
  );
}

type QuickAmountsProps = Pick<BidFormProps, 'itemId' | 'currency' | 'increment' | 'buyNowPrice'>;

/** The minimum, and one and two steps more. Without script they are links to the page with the amount filled in. */
function QuickAmounts({ itemId, currency, increment, buyNowPrice }: QuickAmountsProps) {
  const minimum = BigInt(useLiveAuction().item.minimumNextBid);
  if (minimum === 0n) return null;
  const below = BigInt(buyNowPrice);
  const amounts = [0n, 1n, 2n].map((steps) => minimum + steps * BigInt(increment));
  return (
    <ul className="quick" aria-label="Amounts to choose">
      {amounts
        .filter((amount) => below === 0n || amount < below)
        .map((amount) => {
          const typed = toDecimal(amount, currency);
          return (
            <li key={typed}>
              <a
                href={`/items/${itemId}?amount=${typed}#amount`}
                onClick={(event) => {
                  const field = document.querySelector<HTMLInputElement>('#amount');
                  if (!field) return;
                  event.preventDefault();
                  field.value = typed;
                  field.focus();
                }}
              >
                {formatMoney(amount, currency)}
              </a>
            </li>
          );
        })}
    </ul>
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
      looksLikeButton
    >
      {() => <input type="hidden" name="item_id" value={itemId} />}
    </ConfirmForm>
  );
}
