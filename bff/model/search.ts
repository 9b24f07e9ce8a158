import { ItemSort } from '@gavel/proto/gen/bids/v1/bids_pb';
import { moneySentence, refusedSearch } from '../words/field-sentences.ts';
import { categoryLabel } from './catalogue.ts';
import { formatMoney, offeredCurrencies, parseMoney } from './money.ts';
import { pathWith, type Query, queryText } from './query.ts';

/** The filters and the order of the list of auctions. Amounts are minor units of `currency`. */
export interface Search {
  category: string;
  query: string;
  minPrice: bigint | undefined;
  maxPrice: bigint | undefined;
  /** ISO 4217; empty for all. Never empty with a price, because only prices of one currency can be compared. */
  currency: string;
  /** 0: no limit. */
  endingWithinSeconds: number;
  sort: ItemSort;
  /** Upcoming auctions instead of live ones. */
  scheduled: boolean;
  /** One sentence per text that could not be read, and that the search therefore leaves out. */
  problems: Partial<Record<SearchField, string>>;
  /** The query's texts, unchanged, for the search form and for links to other pages. */
  texts: Record<SearchField, string>;
}

const fields = ['q', 'category', 'min', 'max', 'currency', 'within', 'sort', 'scheduled'] as const;
export type SearchField = (typeof fields)[number];

/** The orders, by their name in the address. */
export const sorts: Readonly<Record<string, { sort: ItemSort; label: string }>> = {
  ending: { sort: ItemSort.ENDING_SOON, label: 'Ending soon' },
  newest: { sort: ItemSort.NEWEST, label: 'Newly listed' },
  low: { sort: ItemSort.PRICE_LOW, label: 'Price: lowest first' },
  high: { sort: ItemSort.PRICE_HIGH, label: 'Price: highest first' },
  bids: { sort: ItemSort.MOST_BIDS, label: 'Most bids' },
  match: { sort: ItemSort.RELEVANCE, label: 'Best match' },
};

/** The choices of "ends within". */
export const spans: readonly { seconds: number; label: string }[] = [
  { seconds: 3_600, label: '1 hour' },
  { seconds: 86_400, label: '24 hours' },
  { seconds: 7 * 86_400, label: '7 days' },
];

/** The currencies that the search form offers: the usual ones, and the one of the address. */
export function currencyChoices(current: string): string[] {
  return [...new Set([...offeredCurrencies, ...(current === '' ? [] : [current])])];
}

/**
 * Reads a page's query. A value that cannot be read has a sentence in `problems` and is left out, so that a mistyped address
 * still shows auctions.
 */
export async function readSearch(query: Query): Promise<Search> {
  const entries = await Promise.all(
    fields.map(async (name) => [name, await queryText(query, name)] as const),
  );
  const texts = Object.fromEntries(entries) as Record<SearchField, string>;
  const currency = /^[A-Z]{3}$/.test(texts.currency) ? texts.currency : '';
  const problems: Search['problems'] = {};
  const refuse = (name: SearchField, sentence: string) => {
    if (texts[name] !== '') problems[name] = `${sentence} This was left out of the search.`;
    return undefined;
  };
  const amount = (name: 'min' | 'max') => {
    const price = parseMoney(texts[name], currency || 'USD');
    return price.ok ? price.minor : refuse(name, moneySentence(price.problem, currency || 'USD'));
  };
  const [minPrice, maxPrice] = [amount('min'), amount('max')];
  const priced = minPrice !== undefined || maxPrice !== undefined;
  const seconds = Number(texts.within);
  const within = spans.some((span) => span.seconds === seconds);
  if (!within) refuse('within', 'Choose one of the options.');
  if (!Object.hasOwn(sorts, texts.sort)) refuse('sort', 'Choose one of the options.');
  if (currency === '') refuse('currency', 'Choose one of the options.');
  if (texts.q.length > 200) problems.q = 'Only the first 200 characters were searched for.';
  return {
    problems,
    category: texts.category.slice(0, 64),
    query: texts.q.slice(0, 200),
    minPrice,
    maxPrice,
    currency: priced ? currency || 'USD' : currency,
    endingWithinSeconds: within ? seconds : 0,
    sort: Object.hasOwn(sorts, texts.sort)
      ? (sorts[texts.sort]?.sort ?? ItemSort.UNSPECIFIED)
      : ItemSort.UNSPECIFIED,
    scheduled: texts.scheduled === '1',
    texts,
  };
}

/** The fields of the search form by the names that they have in ListItems. */
const contractFields: Readonly<Record<string, SearchField>> = {
  query: 'q',
  min_price: 'min',
  max_price: 'max',
  currency: 'currency',
  ending_within_seconds: 'within',
  sort: 'sort',
  category: 'category',
};

/** The sentences for the fields of a search that bids has refused, from the metadata of an INVALID_FIELD failure. */
export function searchProblems(metadata: Readonly<Record<string, string>>): Search['problems'] {
  const named = Object.keys(metadata).flatMap((name) => {
    const field = contractFields[name];
    return field === undefined ? [] : [[field, refusedSearch[field]] as const];
  });
  return Object.fromEntries(named);
}

/** The address of a search, with some of its texts replaced. */
export function searchPath(
  search: Search,
  changes: Partial<Record<SearchField | 'page_token', string>> = {},
): string {
  return pathWith('/', { ...search.texts, ...changes });
}

/** True when the list leaves out other currencies although the address names none: it compares prices with a price limit. */
export function assumesCurrency({ currency, texts }: Search): boolean {
  return currency !== '' && currency !== texts.currency;
}

/** True when the list is sorted by price, one currency after another. */
export function isGroupedByCurrency({ currency, sort }: Search): boolean {
  return currency === '' && (sort === ItemSort.PRICE_LOW || sort === ItemSort.PRICE_HIGH);
}

/** True when a filter other than the category is set. */
export function isNarrowed({ texts }: Search): boolean {
  return fields.some((name) => name !== 'category' && name !== 'sort' && texts[name] !== '');
}

/** True when the address asks for nothing: then it is the front page. */
export function isFront(search: Search): boolean {
  return search.texts.category === '' && search.texts.sort === '' && !isNarrowed(search);
}

/** What a list of auctions is called: its category, or which auctions it shows. */
export function searchTitle({ category, scheduled }: Search): string {
  if (category !== '') return categoryLabel(category);
  return scheduled ? 'Upcoming auctions' : 'Live auctions';
}

/** What a list is narrowed to, in the words of the page, each with the field that does it. */
export function activeFilters(search: Search): { field: SearchField; text: string }[] {
  const { query, category, minPrice, maxPrice, currency, endingWithinSeconds, scheduled, texts } = search;
  const span = spans.find(({ seconds }) => seconds === endingWithinSeconds);
  const filters: [SearchField, string | undefined][] = [
    ['q', query && `“${query}”`],
    ['category', category && categoryLabel(category)],
    ['min', minPrice === undefined ? undefined : `From ${formatMoney(minPrice, currency)}`],
    ['max', maxPrice === undefined ? undefined : `Up to ${formatMoney(maxPrice, currency)}`],
    ['currency', texts.currency === currency ? currency : undefined],
    ['within', span && `Ends within ${span.label}`],
    ['scheduled', scheduled ? 'Upcoming' : undefined],
  ];
  return filters.flatMap(([field, text]) => (text ? [{ field, text }] : []));
}
