import type { Outcome } from '@gavel/service-runtime/failure';
import { v7 as uuidv7 } from 'uuid';
import type { RelistItem } from '../domain/auction/command.ts';
import { decideRelisting } from '../domain/auction/decide-relisting.ts';
import type { RejectionReasons } from '../domain/auction/decision.ts';
import type { ItemView } from './auction-views.ts';
import type { Auctions } from './auctions.ts';
import { toItemOutcome } from './change-item.ts';
import { type FieldProblems, invalidFields, readId } from './read-fields.ts';
import { readTimes, type TimesInput } from './read-times.ts';
import { itemNotFound } from './rejection-to-failure.ts';

export interface RelistItemInput extends TimesInput {
  userId: string;
  itemId: string;
}

/** Puts the caller's own unsold item up again, as a new one with the same listing and terms; answers with the new one. */
export async function relistItem(
  auctions: Auctions,
  input: RelistItemInput,
): Promise<Outcome<ItemView, RejectionReasons['RelistItem' | 'CreateItem'] | 'INVALID_FIELD'>> {
  const problems: FieldProblems = {};
  const times = readTimes(input, problems);
  const invalid = invalidFields(problems);
  if (invalid) return invalid;
  const itemId = readId(input.itemId);
  if (itemId === undefined) return itemNotFound();
  const command: RelistItem = { type: 'RelistItem', userId: input.userId, relistedAs: uuidv7() };
  return toItemOutcome(
    await auctions.relist(itemId, (auction, now) => decideRelisting(auction, command, times, now)),
  );
}
