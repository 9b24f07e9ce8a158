import type { Outcome } from '@gavel/service-runtime/failure';
import type { Listing } from '../domain/auction/auction.ts';
import { decide } from '../domain/auction/decide.ts';
import type { RejectionReasons } from '../domain/auction/decision.ts';
import type { ItemView } from './auction-views.ts';
import type { Auctions } from './auctions.ts';
import { changeItem } from './change-item.ts';
import {
  type FieldProblems,
  invalidFields,
  readCategory,
  readId,
  readLine,
  readText,
} from './read-fields.ts';
import { itemNotFound } from './rejection-to-failure.ts';

export interface UpdateItemInput {
  userId: string;
  itemId: string;
  /** Undefined: stays. */
  title: string | undefined;
  description: string | undefined;
  category: string | undefined;
  /** Replaces all pictures when not empty. */
  images: readonly string[];
  /** Removes all pictures, unless `images` brings new ones. */
  clearImages: boolean;
}

/** Edits the caller's own item, which is not over and has no bids yet. */
export async function updateItem(
  auctions: Auctions,
  input: UpdateItemInput,
): Promise<Outcome<ItemView, RejectionReasons['UpdateItem'] | 'INVALID_FIELD'>> {
  const problems: FieldProblems = {};
  const changes = readChanges(input, problems);
  const invalid = invalidFields(problems);
  if (invalid) return invalid;
  const itemId = readId(input.itemId);
  if (itemId === undefined) return itemNotFound();
  const { userId } = input;
  return changeItem(auctions, itemId, (auction, now) =>
    decide(auction, { type: 'UpdateItem', userId, changes }, now),
  );
}

function readChanges(input: UpdateItemInput, problems: FieldProblems): Partial<Listing> {
  const { title, description, category, images, clearImages } = input;
  return {
    ...(title !== undefined && { title: readLine('title', title, problems) }),
    ...(description !== undefined && { description: readText('description', description, problems) }),
    ...(category !== undefined && { category: readCategory(category, problems) }),
    ...((images.length > 0 || clearImages) && {
      images: images.map((image) => readText('images', image, problems)),
    }),
  };
}
