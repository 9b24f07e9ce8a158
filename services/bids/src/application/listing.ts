import { currencyDigits } from '@gavel/proto/currencies';
import { type FieldProblems, invalidFields, type Outcome } from '@gavel/service-runtime/failure';
import { v7 as uuidv7 } from 'uuid';
import type { Listing } from '../domain/auction/auction.ts';
import type { CreateItem, NewTimes, RejectionReasons, RelistItem } from '../domain/auction/commands.ts';
import { decide } from '../domain/auction/decide.ts';
import { decideRelisting } from '../domain/auction/decide-listing.ts';
import { evolveAll, stepsOf } from '../domain/auction/evolve.ts';
import type { Auctions, ItemView } from './ports.ts';
import { readCategory, readId, readInstant, readLine, readText } from './read-fields.ts';
import { itemNotFound, toItemOutcome } from './rejections.ts';

interface Ports {
  readonly auctions: Pick<Auctions, 'change'>;
}

/** The requested times of an auction: ISO 8601 with zone, or empty for the default. */
interface TimesInput {
  startsAt: string;
  endAt: string;
  hardEndAt: string;
}

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
  { auctions }: Ports,
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
  const currency = input.currency === '' ? 'USD' : input.currency;
  const command: CreateItem = {
    type: 'CreateItem',
    itemId,
    sellerId: input.sellerId,
    listing,
    currency,
    currencyDigits: currencyDigits(currency),
    startPrice: input.startPrice,
    reservePrice: priceOrNone(input.reservePrice),
    buyNowPrice: priceOrNone(input.buyNowPrice),
    softCloseSeconds: input.softCloseSeconds,
    ...times,
  };
  return toItemOutcome(
    await auctions.change(itemId, (auction, now) => stepsOf(auction, decide(auction, command, now))),
  );
}

export interface UpdateItemInput {
  userId: string;
  itemId: string;
  /** Undefined: stays as it is. */
  title: string | undefined;
  description: string | undefined;
  category: string | undefined;
  /** Replaces all pictures when not empty. */
  images: readonly string[];
  /** Removes all pictures, unless `images` contains new ones. */
  clearImages: boolean;
}

/** Edits the caller's own item, which must not be over and must not have bids. */
export async function updateItem(
  { auctions }: Ports,
  input: UpdateItemInput,
): Promise<Outcome<ItemView, RejectionReasons['UpdateItem'] | 'INVALID_FIELD'>> {
  const problems: FieldProblems = {};
  const changes = readChanges(input, problems);
  const invalid = invalidFields(problems);
  if (invalid) return invalid;
  const itemId = readId(input.itemId);
  if (itemId === undefined) return itemNotFound();
  const command = { type: 'UpdateItem', userId: input.userId, changes } as const;
  return toItemOutcome(
    await auctions.change(itemId, (auction, now) => stepsOf(auction, decide(auction, command, now))),
  );
}

/** Withdraws the caller's own item, which must not be over and must not have bids. */
export async function cancelItem(
  { auctions }: Ports,
  input: { userId: string; itemId: string },
): Promise<Outcome<ItemView, RejectionReasons['CancelItem']>> {
  const itemId = readId(input.itemId);
  if (itemId === undefined) return itemNotFound();
  const command = { type: 'CancelItem', userId: input.userId } as const;
  return toItemOutcome(
    await auctions.change(itemId, (auction, now) => stepsOf(auction, decide(auction, command, now))),
  );
}

export interface RelistItemInput extends TimesInput {
  userId: string;
  itemId: string;
}

/** Relists the caller's own unsold item as a new one with the same listing and terms. Returns the new item. */
export async function relistItem(
  { auctions }: Ports,
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
    await auctions.change(itemId, (auction, now) => {
      const decision = decideRelisting(auction, command, times, now);
      if (!decision.ok) return decision;
      // The new item's steps come last, so the change answers with the new item.
      const { events, successor } = decision;
      return { ok: true, steps: [...evolveAll(auction, events), ...evolveAll(undefined, successor)] };
    }),
  );
}

function readTimes({ startsAt, endAt, hardEndAt }: TimesInput, problems: FieldProblems): NewTimes {
  return {
    startsAt: startsAt === '' ? undefined : readInstant('starts_at', startsAt, problems),
    endAt: readInstant('end_at', endAt, problems),
    hardEndAt: hardEndAt === '' ? undefined : readInstant('hard_end_at', hardEndAt, problems),
  };
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

function priceOrNone(price: bigint): bigint | undefined {
  return price === 0n ? undefined : price;
}
