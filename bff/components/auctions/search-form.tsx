import type { ReactNode } from 'react';
import {
  activeFilters,
  currencyChoices,
  isFront,
  type Search,
  type SearchField as SearchFieldName,
  sorts,
  spans,
} from '../../model/search.ts';
import { Icon } from '../ui/icon.tsx';

interface SearchFormProps {
  search: Search;
  /** One sentence per field that was refused. */
  problems: Search['problems'];
}

/**
 * One line for words, and the filters: price, time and order. A plain GET form: the address can be saved and shared, and no script is
 * needed. The filters are closed on the front page and on a phone, where they open as a sheet.
 */
export function SearchForm({ search, problems }: SearchFormProps) {
  const { texts } = search;
  const refused = Object.keys(problems).some((field) => field !== 'q' && field !== 'category');
  const used = activeFilters(search).filter(({ field }) => field !== 'q' && field !== 'category').length;
  return (
    <search>
      <form action="/" className="search" aria-label="Search auctions">
        {texts.category && <input type="hidden" name="category" value={texts.category} />}
        <div className="search-line">
          <SearchField name="q" label="Search" problems={problems}>
            {(field) => (
              <input
                type="search"
                defaultValue={search.query}
                maxLength={200}
                placeholder="What are you looking for?"
                {...field}
              />
            )}
          </SearchField>
          <button type="submit">
            <Icon name="search" />
            Search
          </button>
        </div>
        <details className={isFront(search) ? 'filters' : 'filters shown'} open={refused}>
          <summary>
            <Icon name="filter" /> Filters{used > 0 && ` (${used})`}
          </summary>
          <Filters search={search} problems={problems} />
        </details>
      </form>
    </search>
  );
}

function Filters({ search, problems }: SearchFormProps) {
  const { texts } = search;
  return (
    <div className="filter-fields">
      <SearchField name="min" label="Min price" problems={problems}>
        {(field) => <input inputMode="decimal" defaultValue={texts.min} size={7} {...field} />}
      </SearchField>
      <SearchField name="max" label="Max price" problems={problems}>
        {(field) => <input inputMode="decimal" defaultValue={texts.max} size={7} {...field} />}
      </SearchField>
      <Choice name="currency" label="Currency" value={search.currency} blank="Any" problems={problems}>
        {currencyChoices(search.currency).map((code) => ({ value: code, label: code }))}
      </Choice>
      <Choice name="within" label="Ends within" value={texts.within} blank="Any time" problems={problems}>
        {spans.map(({ seconds, label }) => ({ value: String(seconds), label }))}
      </Choice>
      <Choice name="sort" label="Sort by" value={texts.sort} blank="Recommended" problems={problems}>
        {Object.entries(sorts).map(([value, { label }]) => ({ value, label }))}
      </Choice>
      <label className="tick">
        <input type="checkbox" name="scheduled" value="1" defaultChecked={search.scheduled} />
        <span>Upcoming</span>
      </label>
      <button type="submit" className="quiet">
        Show auctions
      </button>
    </div>
  );
}

interface SearchFieldProps {
  name: SearchFieldName;
  label: string;
  problems: Search['problems'];
}

/** A labelled field and, when its value was refused, the sentence that says why. The browser focuses the first refused one. */
function SearchField(
  props: SearchFieldProps & { children: (field: Record<string, string | boolean>) => ReactNode },
) {
  const { name, label, problems, children } = props;
  const problem = problems[name];
  const id = `search-${name}`;
  const refused = problem && { 'aria-invalid': true, 'aria-describedby': `${id}-problem`, autoFocus: true };
  return (
    <div className="search-field">
      <label htmlFor={id}>
        <span>{label}</span>
        {children({ id, name, ...refused })}
      </label>
      {problem && (
        <p className="problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

interface ChoiceProps extends SearchFieldProps {
  value: string;
  blank: string;
  children: readonly { value: string; label: string }[];
}

function Choice({ value, blank, children, ...field }: ChoiceProps) {
  return (
    <SearchField {...field}>
      {(attributes) => (
        <select defaultValue={value} key={value} {...attributes}>
          <option value="">{blank}</option>
          {children.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </SearchField>
  );
}
