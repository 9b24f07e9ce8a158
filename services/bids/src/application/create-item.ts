import type { Outcome } from '@gavel/service-runtime/failure';
import { v7 as uuidv7 } from 'uuid';
import { decide, type RejectionReasons } from '../domain/auction/decide.ts';
import type { ItemView } from './auction-views.ts';
import type { Auctions } from './auctions.ts';
import { changeItem } from './change-item.ts';
import {
  type FieldProblems,
  invalidFields,
  readCategory,
  readCurrency,
  readLine,
  readText,
} from './read-fields.ts';
import { readInstant } from './read-instant.ts';

export interface CreateItemInput {
  sellerId: string;
  title: string;
  description: string;
  /** Minor units. */
  startPrice: bigint;
  /** ISO 8601 with zone. */
  endAt: string;
  images: readonly string[];
  category: string;
  /** ISO 4217; empty means USD. */
  currency: string;
}

/** Puts an item up for auction, from now until `endAt`. */
export async function createItem(
  auctions: Auctions,
  input: CreateItemInput,
): Promise<Outcome<ItemView, RejectionReasons['CreateItem'] | 'INVALID_FIELD'>> {
  const problems: FieldProblems = {};
  const listing = {
    title: readLine('title', input.title, problems),
    description: readText('description', input.description, problems),
    images: input.images.map((image) => readText('images', image, problems)),
    category: readCategory(input.category, problems),
  };
  const currency = readCurrency(input.currency, problems);
  const endAt = readInstant('end_at', input.endAt, problems);
  const invalid = invalidFields(problems);
  if (invalid) return invalid;
  const { sellerId, startPrice } = input;
  const itemId = uuidv7();
  return changeItem(auctions, itemId, (auction, now) =>
    decide(auction, { type: 'CreateItem', itemId, sellerId, listing, currency, startPrice, endAt }, now),
  );
}
