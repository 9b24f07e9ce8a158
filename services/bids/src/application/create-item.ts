import type { Outcome } from '@gavel/service-runtime/failure';
import { v7 as uuidv7 } from 'uuid';
import type { CreateItem } from '../domain/auction/command.ts';
import { decide } from '../domain/auction/decide.ts';
import type { RejectionReasons } from '../domain/auction/decision.ts';
import type { ItemView } from './auction-views.ts';
import type { Auctions } from './auctions.ts';
import { changeItem } from './change-item.ts';
import { type FieldProblems, invalidFields, readCategory, readLine, readText } from './read-fields.ts';
import { readTimes, type TimesInput } from './read-times.ts';

export interface CreateItemInput extends TimesInput {
  sellerId: string;
  title: string;
  description: string;
  /** Minor units. */
  startPrice: bigint;
  /** Minor units; 0 for none. */
  reservePrice: bigint;
  /** Minor units; 0 for none. */
  buyNowPrice: bigint;
  softCloseSeconds: number;
  images: readonly string[];
  category: string;
  /** ISO 4217; empty means USD. */
  currency: string;
}

/** Puts an item up for auction. */
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
  const times = readTimes(input, problems);
  const invalid = invalidFields(problems);
  if (invalid) return invalid;
  const itemId = uuidv7();
  const command: CreateItem = {
    type: 'CreateItem',
    itemId,
    sellerId: input.sellerId,
    listing,
    currency: input.currency === '' ? 'USD' : input.currency,
    startPrice: input.startPrice,
    reservePrice: priceOrNone(input.reservePrice),
    buyNowPrice: priceOrNone(input.buyNowPrice),
    softCloseSeconds: input.softCloseSeconds,
    ...times,
  };
  return changeItem(auctions, itemId, (auction, now) => decide(auction, command, now));
}

function priceOrNone(price: bigint): bigint | undefined {
  return price === 0n ? undefined : price;
}
