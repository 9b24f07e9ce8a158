import { currencyExponent } from '../domain/currency.ts';
import type { ItemOrder, OpenItemsFilter } from './open-items.ts';
import { type FieldProblems, readCategory, readLine } from './read-fields.ts';

export interface OpenItemsInput {
  /** Empty for all. */
  category: string;
  /** Empty for all. */
  query: string;
  /** Minor units; 0 for no bound. */
  minPrice: bigint;
  maxPrice: bigint;
  /** ISO 4217; empty for all, or USD when prices are compared. */
  currency: string;
  /** 0 for all. */
  endingWithinSeconds: number;
  /** Undefined: by relevance with a query, else soonest end first. */
  order: ItemOrder | undefined;
  scheduled: boolean;
}

/** What is asked for, with its defaults filled in. */
export function readOpenItemsFilter(input: OpenItemsInput, problems: FieldProblems): OpenItemsFilter {
  const words = readLine('query', input.query, problems);
  const order = input.order ?? (words === '' ? 'endingSoon' : 'relevance');
  if (order === 'relevance' && words === '') problems.sort = 'RELEVANCE needs a query';
  const { minPrice, maxPrice, currency } = input;
  if (maxPrice > 0n && minPrice > maxPrice) problems.min_price = 'must not be above max_price';
  const compares = minPrice > 0n || maxPrice > 0n || order === 'priceLow' || order === 'priceHigh';
  if (currency !== '' && currencyExponent(currency) === undefined)
    problems.currency = 'is not an ISO 4217 currency';
  return {
    scheduled: input.scheduled,
    category: readCategory(input.category, problems) || undefined,
    words: words || undefined,
    // Minor units of different currencies cannot be compared, so there is always one that prices are in.
    currency: currency || (compares ? 'USD' : undefined),
    minPrice: minPrice > 0n ? minPrice : undefined,
    maxPrice: maxPrice > 0n ? maxPrice : undefined,
    endingWithinSeconds: input.endingWithinSeconds > 0 ? input.endingWithinSeconds : undefined,
    order,
  };
}
