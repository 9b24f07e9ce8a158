import { currencyChoices, type Search, sorts, spans } from '../../model/search.ts';

/** Words, price, time and order. A plain GET form: the address can be saved and shared, and no script is needed. */
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
          <span>Min price</span>
          <input name="min" inputMode="decimal" defaultValue={texts.min} size={7} />
        </label>
        <label>
          <span>Max price</span>
          <input name="max" inputMode="decimal" defaultValue={texts.max} size={7} />
        </label>
        <Choice name="currency" label="Currency" value={search.currency} blank="Any">
          {currencyChoices(search.currency).map((code) => ({ value: code, label: code }))}
        </Choice>
        <Choice name="within" label="Ends within" value={texts.within} blank="Any time">
          {spans.map(({ seconds, label }) => ({ value: String(seconds), label }))}
        </Choice>
        <Choice name="sort" label="Sort by" value={texts.sort} blank="Recommended">
          {Object.entries(sorts).map(([value, { label }]) => ({ value, label }))}
        </Choice>
        <label className="tick">
          <input type="checkbox" name="scheduled" value="1" defaultChecked={search.scheduled} />
          <span>Upcoming</span>
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
