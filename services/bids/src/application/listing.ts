import { currencyDigits } from '@gavel/proto/currencies';
import { type FieldProblems, invalidFields, type Outcome } from '@gavel/service-runtime/failure';
import { v7 as uuidv7 } from 'uuid';
import type { Listing } from '../domain/auction/auction.ts';
import type {
  CreateItem,
  NewTimes,
  RejectionReason,
  RejectionReasons,
  RelistItem,
} from '../domain/auction/commands.ts';
import { decide } from '../domain/auction/decide.ts';
import { decideRelisting } from '../domain/auction/decide-listing.ts';
import { evolveAll, stepsOf } from '../domain/auction/evolve.ts';
import type { Auctions, Change, ItemView, KeyedRequest, RepeatedChange } from './ports.ts';
import { readCategory, readDescription, readId, readInstant, readText, readTitle } from './read-fields.ts';
import { itemNotFound, toItemOutcome } from './rejections.ts';

interface Ports {
  readonly auctions: Pick<Auctions, 'change' | 'changeOnce'>;
}

/** The requested times of an auction: ISO 8601 with zone, or empty for the default. */
interface TimesInput {
  startsAt: string;
  endAt: string;
  /** Instead of `endAt`: counted from the start; 0: `endAt` is given. */
  durationSeconds: number;
  hardEndAt: string;
}

/** The requested times, until the database's clock is known. */
interface AskedTimes extends Omit<NewTimes, 'endAt'> {
  readonly endAt: Date | undefined;
  readonly durationSeconds: number;
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
  /** Empty for none. */
  idempotencyKey: string;
}

type CreateItemReason = RejectionReasons['CreateItem'] | 'IDEMPOTENCY_KEY_REUSED' | 'INVALID_FIELD';

/**
 * Puts an item up for auction. With an idempotency key, a repeat within 24 hours gets the same answer again, whatever has happened
 * to the item since.
 */
export async function createItem(
  { auctions }: Ports,
  input: CreateItemInput,
): Promise<Outcome<ItemView, CreateItemReason>> {
  const problems: FieldProblems = {};
  const listing = {
    title: readTitle(input.title, problems),
    description: readDescription(input.description, problems),
    images: input.images.map((image) => readText('images', image, problems)),
    category: readCategory(input.category, problems),
  };
  const times = readTimes(input, problems);
  const key = readText('idempotency_key', input.idempotencyKey, problems);
  const invalid = invalidFields(problems);
  if (invalid) return invalid;
  const itemId = uuidv7();
  const currency = input.currency === '' ? 'USD' : input.currency;
  const terms = {
    listing,
    currency,
    currencyDigits: currencyDigits(currency),
    startPrice: input.startPrice,
    reservePrice: priceOrNone(input.reservePrice),
    buyNowPrice: priceOrNone(input.buyNowPrice),
    softCloseSeconds: input.softCloseSeconds,
  };
  const { sellerId } = input;
  return onceOutcome(
    await auctions.changeOnce(itemId, keyed(sellerId, key, ['CreateItem', terms, times]), (auction, now) => {
      const command: CreateItem = { type: 'CreateItem', itemId, sellerId, ...terms, ...timesAt(times, now) };
      return stepsOf(auction, decide(auction, command, now));
    }),
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
  /** Empty for none. */
  idempotencyKey: string;
}

type RelistItemReason =
  | RejectionReasons['RelistItem' | 'CreateItem']
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'INVALID_FIELD';

/**
 * Relists the caller's own unsold item as a new one with the same listing and terms. Returns the new item. With an idempotency
 * key, a repeat gets the same answer again; without one it is ALREADY_RELISTED.
 */
export async function relistItem(
  { auctions }: Ports,
  input: RelistItemInput,
): Promise<Outcome<ItemView, RelistItemReason>> {
  const problems: FieldProblems = {};
  const times = readTimes(input, problems);
  const key = readText('idempotency_key', input.idempotencyKey, problems);
  const invalid = invalidFields(problems);
  if (invalid) return invalid;
  const itemId = readId(input.itemId);
  if (itemId === undefined) return itemNotFound();
  const command: RelistItem = { type: 'RelistItem', userId: input.userId, relistedAs: uuidv7() };
  const request = keyed(input.userId, key, ['RelistItem', itemId, times]);
  return onceOutcome(
    await auctions.changeOnce(itemId, request, (auction, now) => {
      const decision = decideRelisting(auction, command, timesAt(times, now), now);
      if (!decision.ok) return decision;
      // The new item's steps come last, so the change answers with the new item.
      const { events, successor } = decision;
      return { ok: true, steps: [...evolveAll(auction, events), ...evolveAll(undefined, successor)] };
    }),
  );
}

/** The request under its key; undefined without a key. */
function keyed(userId: string, key: string, asked: readonly unknown[]): KeyedRequest | undefined {
  if (key === '') return undefined;
  const toText = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
  return { userId, key, asked: JSON.stringify(asked, toText) };
}

function onceOutcome<R extends RejectionReason>(
  change: Change<R> | RepeatedChange,
): Outcome<ItemView, R | 'IDEMPOTENCY_KEY_REUSED'> {
  if (change.kind !== 'repeated') return toItemOutcome(change);
  if (change.sameRequest) return { ok: true, value: { auction: change.auction, asOf: change.now } };
  const message = 'the idempotency key was used for another request in the last 24 hours';
  return { ok: false, reason: 'IDEMPOTENCY_KEY_REUSED', message };
}

function readTimes(input: TimesInput, problems: FieldProblems): AskedTimes {
  const { startsAt, endAt, durationSeconds, hardEndAt } = input;
  if (endAt !== '' && durationSeconds > 0) problems.duration_seconds = 'must be 0 when end_at is given';
  return {
    startsAt: startsAt === '' ? undefined : readInstant('starts_at', startsAt, problems),
    endAt: endAt === '' && durationSeconds > 0 ? undefined : readInstant('end_at', endAt, problems),
    durationSeconds,
    hardEndAt: hardEndAt === '' ? undefined : readInstant('hard_end_at', hardEndAt, problems),
  };
}

/** The times by the database's clock: a duration counts from the start, so a repeated request is the same request. */
function timesAt({ startsAt, endAt, durationSeconds, hardEndAt }: AskedTimes, now: Date): NewTimes {
  const begin = startsAt !== undefined && startsAt > now ? startsAt : now;
  return { startsAt, endAt: endAt ?? new Date(begin.getTime() + durationSeconds * 1000), hardEndAt };
}

function readChanges(input: UpdateItemInput, problems: FieldProblems): Partial<Listing> {
  const { title, description, category, images, clearImages } = input;
  return {
    ...(title !== undefined && { title: readTitle(title, problems) }),
    ...(description !== undefined && { description: readDescription(description, problems) }),
    ...(category !== undefined && { category: readCategory(category, problems) }),
    ...((images.length > 0 || clearImages) && {
      images: images.map((image) => readText('images', image, problems)),
    }),
  };
}

function priceOrNone(price: bigint): bigint | undefined {
  return price === 0n ? undefined : price;
}
