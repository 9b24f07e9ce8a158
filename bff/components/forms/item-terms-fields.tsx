import type { FormState } from '../../model/form.ts';
import { ChoiceField, Field } from './field.tsx';

const softCloses = [
  { value: '0', label: 'Do not extend the auction' },
  { value: '60', label: 'Bids in the last minute extend the auction' },
  { value: '120', label: 'Bids in the last 2 minutes extend the auction' },
  { value: '300', label: 'Bids in the last 5 minutes extend the auction' },
  { value: '600', label: 'Bids in the last 10 minutes extend the auction' },
];

const names = ['reserve_price', 'buy_now_price', 'starts_at', 'soft_close_seconds'];

/** Terms that most items do not need. Open if one of them was filled in and the form is shown again because of a problem. */
export function ItemTermsFields({ state }: { state: FormState }) {
  const isUsed = (value = '') => value !== '' && value !== '0';
  const used = names.some((name) => state.fields?.[name] || isUsed(state.values?.[name]));
  return (
    <details className="more" open={used && state.status === 'failed'}>
      <summary>More options: reserve price, buy-now price, start, late bids</summary>
      <div className="stack">
        <Field
          state={state}
          name="reserve_price"
          label="Reserve price (optional)"
          inputMode="decimal"
          autoComplete="off"
          hint="The lowest price you would sell for. Bidders only see whether it has been met."
        />
        <Field
          state={state}
          name="buy_now_price"
          label="Buy-now price (optional)"
          inputMode="decimal"
          autoComplete="off"
          hint="Anyone can buy the item at this price until the reserve price is met. Bids must be below it."
        />
        <Field
          state={state}
          name="starts_at"
          label="Start date and time (UTC, optional)"
          type="datetime-local"
          hint="Leave this empty to start the auction now."
        />
        <ChoiceField
          state={state}
          name="soft_close_seconds"
          label="Late bids"
          defaultValue="0"
          options={softCloses}
        />
      </div>
    </details>
  );
}
