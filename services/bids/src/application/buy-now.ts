import type { Outcome } from '@gavel/service-runtime/failure';
import { decide } from '../domain/auction/decide.ts';
import type { RejectionReasons } from '../domain/auction/decision.ts';
import type { ItemView } from './auction-views.ts';
import type { Auctions } from './auctions.ts';
import { changeItem } from './change-item.ts';
import { readId } from './read-fields.ts';
import { itemNotFound } from './rejection-to-failure.ts';

/** Buys the item at its buy-now price, which ends its auction. The buyer's repeat gets the item again. */
export async function buyNow(
  auctions: Auctions,
  input: { userId: string; itemId: string },
): Promise<Outcome<ItemView, RejectionReasons['BuyNow']>> {
  const itemId = readId(input.itemId);
  if (itemId === undefined) return itemNotFound();
  const { userId } = input;
  return changeItem(auctions, itemId, (auction, now) => decide(auction, { type: 'BuyNow', userId }, now));
}
