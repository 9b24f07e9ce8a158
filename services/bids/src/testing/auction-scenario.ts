import type { DecideLocked } from '../application/ports.ts';
import type { Auction } from '../domain/auction/auction.ts';
import type {
  AuctionCommand,
  CreateItem,
  Decision,
  PlaceBid,
  RejectionReasons,
} from '../domain/auction/commands.ts';
import { decide } from '../domain/auction/decide.ts';
import type { AuctionEvent, BidPlaced, ItemCreated, ProxyBidPlaced } from '../domain/auction/events.ts';
import { evolve, stepsOf } from '../domain/auction/evolve.ts';

export const START = new Date('2026-03-01T12:00:00.000Z');

/** The time `seconds` after START. */
export function at(seconds: number): Date {
  return new Date(START.getTime() + seconds * 1000);
}

/** Creates an item that starts at 1.00 and ends an hour after START. */
export const createClock: CreateItem = {
  type: 'CreateItem',
  itemId: 'item',
  sellerId: 'seller',
  listing: { title: 'Clock', description: 'It ticks.', images: [], category: 'clocks' },
  currency: 'USD',
  currencyDigits: 2,
  startPrice: 100n,
  reservePrice: undefined,
  buyNowPrice: undefined,
  softCloseSeconds: 0,
  startsAt: undefined,
  endAt: at(3600),
  hardEndAt: undefined,
};

/** The event that creates the clock, optionally with other terms. */
export function created(terms: Partial<ItemCreated> = {}): ItemCreated {
  const endAt = terms.endAt ?? at(3600);
  return {
    ...createClock,
    type: 'ItemCreated',
    relistedFrom: undefined,
    startsAt: START,
    endAt,
    hardEndAt: endAt,
    at: START,
    ...terms,
  };
}

export const clockCreated: AuctionEvent = created();

/** A leading bid. Default: a plain one. */
export function bidPlaced(
  userId: string,
  amount: bigint,
  seconds = 1,
  fields: Partial<BidPlaced> = {},
): BidPlaced {
  return {
    type: 'BidPlaced',
    bidId: `${userId}-${amount}`,
    userId,
    amount,
    maximum: undefined,
    leads: true,
    price: amount,
    outbid: undefined,
    at: at(seconds),
    ...fields,
  };
}

/** A maximum's answer to a bid of `answered`. */
export function proxyBid(
  userId: string,
  amount: bigint,
  [outbid, answered]: [string, bigint],
  seconds = 2,
): ProxyBidPlaced {
  return {
    type: 'ProxyBidPlaced',
    bidId: `answer-${outbid}-${answered}`,
    userId,
    amount,
    outbid,
    at: at(seconds),
  };
}

export function placeBid(userId: string, amount: bigint): PlaceBid {
  return {
    type: 'PlaceBid',
    bidId: `${userId}-${amount}`,
    answerId: `answer-${userId}-${amount}`,
    userId,
    amount,
    maximum: undefined,
  };
}

/** A bid with a maximum. */
export function bidUpTo(userId: string, maximum: bigint): PlaceBid {
  return { ...placeBid(userId, maximum), amount: 0n, maximum };
}

/** The auction after some events. */
export function after(...events: AuctionEvent[]): Auction | undefined {
  return events.reduce<Auction | undefined>(evolve, undefined);
}

/** Given some events, when a command arrives `seconds` after START, then … */
export function given(...events: AuctionEvent[]): {
  when(command: AuctionCommand, seconds?: number): Decision;
} {
  return { when: (command, seconds = 2) => decide(after(...events), command, at(seconds)) };
}

/** Decides a command on a locked auction. */
export function deciding<C extends AuctionCommand>(command: C): DecideLocked<RejectionReasons[C['type']]> {
  return (auction, now) => stepsOf(auction, decide(auction, command, now));
}

/** The decision that accepts a command with some events. */
export function accepted(...events: AuctionEvent[]): Decision {
  return { ok: true, events };
}

export function rejected(reason: string): { ok: false; rejection: { reason: string } } {
  return { ok: false, rejection: { reason } };
}

/** The rejection of a bid, with the smallest amount that would be accepted. */
export function tooLow(amount: bigint, currency = 'USD') {
  return { ok: false, rejection: { reason: 'BID_TOO_LOW', minimum: { amount, currency } } };
}
