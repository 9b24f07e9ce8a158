import { currencyDigits } from '@gavel/proto/currencies';
import type { FieldProblems } from '@gavel/service-runtime/failure';
import { readTimePosition } from '@gavel/service-runtime/page';
import type { ItemOrder, OpenItemsFilter, OpenItemsPosition } from './ports.ts';
import { readCategory, readId, readLine } from './read-fields.ts';

export interface OpenItemsInput {
  /** Empty for all. */
  category: string;
  /** Empty for all. */
  query: string;
  /** Minor units; 0 for no bound. */
  minPrice: bigint;
  maxPrice: bigint;
  /** ISO 4217; empty for all. Default with a price bound: USD. */
  currency: string;
  /** 0 for all. */
  endingWithinSeconds: number;
  /** Default: by relevance with a query, otherwise soonest end first. */
  order: ItemOrder | undefined;
  scheduled: boolean;
}

/** Reads the requested filter and fills in the defaults. */
export function readOpenItemsFilter(input: OpenItemsInput, problems: FieldProblems): OpenItemsFilter {
  const words = readLine('query', input.query, problems);
  const order = input.order ?? (words === '' ? 'endingSoon' : 'relevance');
  if (order === 'relevance' && words === '') problems.sort = 'RELEVANCE needs a query';
  const { minPrice, maxPrice, currency } = input;
  if (maxPrice > 0n && minPrice > maxPrice) problems.min_price = 'must not be above max_price';
  if (currency !== '' && currencyDigits(currency) === undefined)
    problems.currency = 'is not an ISO 4217 currency';
  return {
    scheduled: input.scheduled,
    category: readCategory(input.category, problems) || undefined,
    words: words || undefined,
    // A bound is an amount of one currency, so it always has a currency. The answer says which. A list sorted by price needs
    // none: it is grouped by currency.
    currency: currency || (minPrice > 0n || maxPrice > 0n ? 'USD' : undefined),
    minPrice: minPrice > 0n ? minPrice : undefined,
    maxPrice: maxPrice > 0n ? maxPrice : undefined,
    endingWithinSeconds: input.endingWithinSeconds > 0 ? input.endingWithinSeconds : undefined,
    order,
  };
}

/** The filter as the parts of a query that a page token belongs to. */
export function toOpenItemsQuery(filter: OpenItemsFilter): string[] {
  const { scheduled, category, words, currency, minPrice, maxPrice, endingWithinSeconds, order } = filter;
  const parts = [scheduled, category, words, currency, minPrice, maxPrice, endingWithinSeconds, order];
  return parts.map((part) => String(part ?? ''));
}

// At most 18 digits: more than any price or count needs, and it always fits into an int8.
const whole = /^\d{1,18}$/;
const price = /^[A-Z]{3} \d{1,18}$/;
// The form in which JavaScript writes a float4 between 0 and 1000.
const rank = /^\d{1,3}(\.\d{1,20})?(e-\d{1,2})?$/;

const keys: Readonly<Record<ItemOrder, (key: string, id: string) => boolean>> = {
  endingSoon: isTime,
  newest: isTime,
  priceLow: (key) => price.test(key),
  priceHigh: (key) => price.test(key),
  mostBids: (key) => whole.test(key),
  relevance: isRank,
};

/** Reads a page position of the form [key, id, since]; undefined when it does not belong to this order. */
export function readOpenItemsPosition(
  position: readonly string[],
  order: ItemOrder,
): OpenItemsPosition | undefined {
  const [key = '', rawId = '', rawSince = ''] = position;
  const id = readId(rawId);
  if (position.length !== 3 || id === undefined || !keys[order](key, id)) return undefined;
  const since = readTimePosition([rawSince, id])?.time;
  return since && { key, id, since };
}

// Postgres refuses a number that a float4 cannot hold, such as 1e-99.
function isRank(key: string): boolean {
  return rank.test(key) && (Number(key) === 0 || Math.fround(Number(key)) > 0);
}

function isTime(key: string, id: string): boolean {
  return readTimePosition([key, id]) !== undefined;
}
