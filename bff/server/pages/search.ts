import { ItemSort } from '@gavel/proto/gen/bids/v1/bids_pb';
import { parseMoney } from '../money/parse-money.ts';
import { pathWith, type Query, queryText } from './query.ts';

/** What the list of auctions is narrowed to and how it is sorted; amounts in minor units of `currency`. */
export interface Search {
  category: string;
  query: string;
  minPrice: bigint | undefined;
  maxPrice: bigint | undefined;
  /** ISO 4217; empty for all. */
  currency: string;
  /** 0: whenever they end. */
  endingWithinSeconds: number;
  sort: ItemSort;
  /** Auctions that are still to begin instead of running ones. */
  scheduled: boolean;
  /** The query's texts as they came, for the form and for links to further pages. */
  texts: Record<SearchField, string>;
}

const fields = ['q', 'category', 'min', 'max', 'currency', 'within', 'sort', 'scheduled'] as const;
type SearchField = (typeof fields)[number];

/** Sorts by the name that they have in the address. */
export const sorts: Readonly<Record<string, { sort: ItemSort; label: string }>> = {
  ending: { sort: ItemSort.ENDING_SOON, label: 'Ending soon' },
  newest: { sort: ItemSort.NEWEST, label: 'Newly listed' },
  low: { sort: ItemSort.PRICE_LOW, label: 'Lowest price' },
  high: { sort: ItemSort.PRICE_HIGH, label: 'Highest price' },
  bids: { sort: ItemSort.MOST_BIDS, label: 'Most bids' },
  match: { sort: ItemSort.RELEVANCE, label: 'Best match' },
};

/** Spans of "ends within", in seconds. */
export const spans: readonly { seconds: number; label: string }[] = [
  { seconds: 3_600, label: 'an hour' },
  { seconds: 86_400, label: 'a day' },
  { seconds: 7 * 86_400, label: 'a week' },
];

/** Reads a page's query. What cannot be read is left out: an address that somebody mistyped still shows auctions. */
export async function readSearch(query: Query): Promise<Search> {
  const entries = await Promise.all(
    fields.map(async (name) => [name, await queryText(query, name)] as const),
  );
  const texts = Object.fromEntries(entries) as Record<SearchField, string>;
  const priced = texts.min !== '' || texts.max !== '';
  const currency = /^[A-Z]{3}$/.test(texts.currency) ? texts.currency : '';
  const amount = (text: string) => {
    const price = parseMoney(text, currency || 'USD');
    return price.ok ? price.minor : undefined;
  };
  const seconds = Number(texts.within);
  return {
    category: texts.category.slice(0, 64),
    query: texts.q.slice(0, 200),
    minPrice: amount(texts.min),
    maxPrice: amount(texts.max),
    currency: priced ? currency || 'USD' : currency,
    endingWithinSeconds: spans.some((span) => span.seconds === seconds) ? seconds : 0,
    sort: sorts[texts.sort]?.sort ?? ItemSort.UNSPECIFIED,
    scheduled: texts.scheduled === '1',
    texts,
  };
}

/** The address of a search, with some of its texts changed. */
export function searchPath(
  search: Search,
  changes: Partial<Record<SearchField | 'page_token', string>> = {},
): string {
  return pathWith('/', { ...search.texts, ...changes });
}

/** Whether anything but the category narrows the list. */
export function isNarrowed({ texts }: Search): boolean {
  return fields.some((name) => name !== 'category' && name !== 'sort' && texts[name] !== '');
}
