import { offeredCurrencies } from '../../server/money/currency.ts';
import { type Search, sorts, spans } from '../../server/pages/search.ts';

/** Words, price, time and order. A plain GET form: its address can be kept and shared, and no script is needed. */
export function SearchForm({ search }: { search: Search }) {
  const { texts } = search;
  return (
    <search>
      <form action="/" className="search" aria-label="Search auctions">
        {texts.category && <input type="hidden" name="category" value={texts.category} />}
        <label className="words">
          <span>Search</span>
          <input
            type="search"
            name="q"
            defaultValue={texts.q}
            maxLength={200}
            placeholder="brass telescope"
          />
        </label>
        <label>
          <span>From</span>
          <input name="min" inputMode="decimal" defaultValue={texts.min} size={7} />
        </label>
        <label>
          <span>To</span>
          <input name="max" inputMode="decimal" defaultValue={texts.max} size={7} />
        </label>
        <Choice name="currency" label="Currency" value={texts.currency} blank="Any">
          {offeredCurrencies.map((code) => ({ value: code, label: code }))}
        </Choice>
        <Choice name="within" label="Ends within" value={texts.within} blank="Any time">
          {spans.map(({ seconds, label }) => ({ value: String(seconds), label }))}
        </Choice>
        <Choice name="sort" label="Order" value={texts.sort} blank="Suggested">
          {Object.entries(sorts).map(([value, { label }]) => ({ value, label }))}
        </Choice>
        <label className="tick">
          <input type="checkbox" name="scheduled" value="1" defaultChecked={search.scheduled} />
          <span>Still to begin</span>
        </label>
        <button type="submit">Search</button>
      </form>
    </search>
  );
}

interface ChoiceProps {
  name: string;
  label: string;
  value: string;
  blank: string;
  children: readonly { value: string; label: string }[];
}

function Choice({ name, label, value, blank, children }: ChoiceProps) {
  return (
    <label>
      <span>{label}</span>
      <select name={name} defaultValue={value} key={value}>
        <option value="">{blank}</option>
        {children.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </label>
  );
}
