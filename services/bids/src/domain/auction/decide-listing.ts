import { type Auction, type Listing, statusAt } from './auction.ts';
import {
  accept,
  type CancelItem,
  type CreateItem,
  type Decision,
  type NewTimes,
  type Rejection,
  type RejectionReasons,
  type RelistItem,
  reject,
  type UpdateItem,
} from './commands.ts';
import type { AuctionEvent } from './events.ts';

const DAY_MS = 24 * 3_600_000;
const SHORTEST_MS = 1_000;
const LONGEST_MS = 90 * DAY_MS;
const LONGEST_AHEAD_MS = 90 * DAY_MS;
const DEFAULT_EXTENSION_MS = DAY_MS;
const LONGEST_EXTENSION_MS = 7 * DAY_MS;

type CreationReason = RejectionReasons['CreateItem'];

/** Creates an auction of one second to 90 days that begins now or within 90 days. */
export function decideCreation(
  auction: Auction | undefined,
  command: CreateItem,
  now: Date,
): Decision<CreationReason> {
  if (auction !== undefined) throw new Error(`item ${command.itemId} already exists`);
  const startsAt = command.startsAt && command.startsAt > now ? command.startsAt : now;
  const { endAt, softCloseSeconds } = command;
  const extension = softCloseSeconds > 0 ? DEFAULT_EXTENSION_MS : 0;
  const hardEndAt = command.hardEndAt ?? new Date(endAt.getTime() + extension);
  const reason = rejectTimes({ startsAt, endAt, hardEndAt }, now) ?? rejectPrices(command);
  if (reason) return reject(reason);
  const { relistedFrom, ...rest } = command;
  return accept({ ...rest, type: 'ItemCreated', startsAt, hardEndAt, relistedFrom, at: now });
}

export function decideUpdate(
  auction: Auction,
  command: UpdateItem,
  now: Date,
): Decision<RejectionReasons['UpdateItem']> {
  const rejection = rejectOwner(auction, command, now);
  if (rejection) return rejection;
  const listing: Listing = { ...auction.listing, ...command.changes };
  return sameListing(listing, auction.listing) ? accept() : accept({ type: 'ItemUpdated', listing, at: now });
}

export function decideCancelling(
  auction: Auction,
  command: CancelItem,
  now: Date,
): Decision<RejectionReasons['CancelItem']> {
  return rejectOwner(auction, command, now) ?? accept({ type: 'ItemCancelled', at: now });
}

/** Marks an item as relisted: once, and only when its auction is over and it was not sold. */
export function decideRelisted(
  auction: Auction,
  { userId, relistedAs }: RelistItem,
  now: Date,
): Decision<RejectionReasons['RelistItem']> {
  if (userId !== auction.sellerId) return reject('NOT_ITEM_OWNER');
  if (auction.status === 'active') return reject('AUCTION_NOT_ENDED');
  if (auction.outcome === 'sold') return reject('ITEM_SOLD');
  if (auction.relistedAs !== undefined) return reject('ALREADY_RELISTED');
  return accept({ type: 'ItemRelisted', relistedAs, at: now });
}

/** The events of the unsold item and those of the new one, or the reason for a rejection. */
export type RelistingDecision =
  | {
      readonly ok: true;
      readonly events: readonly AuctionEvent[];
      readonly successor: readonly AuctionEvent[];
    }
  | { readonly ok: false; readonly rejection: Rejection<RejectionReasons['RelistItem' | 'CreateItem']> };

/** Relists an unsold item as a new one with the same listing and terms at new times. Both events happen, or neither. */
export function decideRelisting(
  auction: Auction | undefined,
  command: RelistItem,
  times: NewTimes,
  now: Date,
): RelistingDecision {
  if (auction === undefined) return reject('ITEM_NOT_FOUND');
  const relisted = decideRelisted(auction, command, now);
  if (!relisted.ok) return relisted;
  const { sellerId, listing, startPrice, reservePrice, buyNowPrice, softCloseSeconds } = auction;
  const { currency, currencyDigits } = auction;
  const again: CreateItem = {
    type: 'CreateItem',
    itemId: command.relistedAs,
    sellerId,
    listing,
    currency,
    currencyDigits,
    startPrice,
    reservePrice,
    buyNowPrice,
    softCloseSeconds,
    ...times,
    relistedFrom: auction.id,
  };
  const created = decideCreation(undefined, again, now);
  return created.ok ? { ok: true, events: relisted.events, successor: created.events } : created;
}

function rejectTimes(
  { startsAt, endAt, hardEndAt }: { startsAt: Date; endAt: Date; hardEndAt: Date },
  now: Date,
): CreationReason | undefined {
  if (between(now, startsAt) > LONGEST_AHEAD_MS) return 'START_TOO_LATE';
  if (between(startsAt, endAt) < SHORTEST_MS) return 'END_TOO_SOON';
  if (between(startsAt, endAt) > LONGEST_MS) return 'END_TOO_LATE';
  if (hardEndAt < endAt) return 'HARD_END_BEFORE_END';
  return between(endAt, hardEndAt) > LONGEST_EXTENSION_MS ? 'HARD_END_TOO_LATE' : undefined;
}

function rejectPrices(command: CreateItem): CreationReason | undefined {
  const { currencyDigits, startPrice, reservePrice, buyNowPrice } = command;
  if (currencyDigits === undefined) return 'UNKNOWN_CURRENCY';
  if (reservePrice !== undefined && reservePrice < startPrice) return 'RESERVE_BELOW_START';
  if (buyNowPrice === undefined) return undefined;
  // Items from before this rule may have equal prices, and can still be relisted with them.
  const relisted = command.relistedFrom !== undefined;
  if (buyNowPrice < startPrice || (buyNowPrice === startPrice && !relisted)) return 'BUY_NOW_BELOW_START';
  return reservePrice !== undefined && buyNowPrice < reservePrice ? 'BUY_NOW_BELOW_RESERVE' : undefined;
}

function between(from: Date, to: Date): number {
  return to.getTime() - from.getTime();
}

// Editing and cancelling follow one rule: nothing changes once a bidder relies on it.
function rejectOwner(auction: Auction, command: UpdateItem | CancelItem, now: Date) {
  if (command.userId !== auction.sellerId) return reject('NOT_ITEM_OWNER');
  const status = statusAt(auction, now);
  if (status === 'cancelled') return reject('AUCTION_CANCELLED');
  if (status === 'ended') return reject('AUCTION_ENDED');
  return auction.bidCount > 0n ? reject('ITEM_HAS_BIDS') : undefined;
}

function sameListing(a: Listing, b: Listing): boolean {
  return (
    a.title === b.title &&
    a.description === b.description &&
    a.category === b.category &&
    a.images.length === b.images.length &&
    a.images.every((image, i) => image === b.images[i])
  );
}
