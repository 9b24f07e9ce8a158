import type { FormState } from '../../server/forms/form-state.ts';
import { ChoiceField, Field } from './field.tsx';

const softCloses = [
  { value: '0', label: 'Ends on time, always' },
  { value: '60', label: 'A bid in the last minute moves the end' },
  { value: '120', label: 'A bid in the last 2 minutes moves the end' },
  { value: '300', label: 'A bid in the last 5 minutes moves the end' },
  { value: '600', label: 'A bid in the last 10 minutes moves the end' },
];

const names = ['reserve_price', 'buy_now_price', 'starts_at', 'soft_close_seconds'];

/** Terms that most items do without; open when one of them is filled in or refused. */
export function ItemTermsFields({ state }: { state: FormState }) {
  const isUsed = (value = '') => value !== '' && value !== '0';
  const used = names.some((name) => state.fields?.[name] || isUsed(state.values?.[name]));
  return (
    <details className="more" open={used && state.status === 'failed'}>
      <summary>Reserve, buy-now price, start and late bids</summary>
      <div className="stack">
        <Field
          state={state}
          name="reserve_price"
          label="Reserve price (optional)"
          inputMode="decimal"
          autoComplete="off"
          hint="Below it the item is not sold. Nobody else sees it, only whether it is met."
        />
        <Field
          state={state}
          name="buy_now_price"
          label="Buy-now price (optional)"
          inputMode="decimal"
          autoComplete="off"
          hint="Anyone may buy at this price at once, until bidding is past it."
        />
        <Field
          state={state}
          name="starts_at"
          label="Bidding begins at (UTC, optional)"
          type="datetime-local"
          hint="Empty: at once. A duration counts from then."
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
