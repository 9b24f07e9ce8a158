import type { Auction } from '../domain/auction/auction.ts';
import type { AuctionCommand, CreateItem } from '../domain/auction/command.ts';
import { type Decision, decide } from '../domain/auction/decide.ts';
import type { AuctionEvent } from '../domain/auction/event.ts';
import { evolve } from '../domain/auction/evolve.ts';

export const START = new Date('2026-03-01T12:00:00.000Z');

/** That many seconds after START. */
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
  startPrice: 100n,
  endAt: at(3600),
};

export const clockCreated: AuctionEvent = { ...createClock, type: 'ItemCreated', at: START };

export function bidPlaced(userId: string, amount: bigint, seconds = 1): AuctionEvent {
  return { type: 'BidPlaced', bidId: `${userId}-${amount}`, userId, amount, at: at(seconds) };
}

export function placeBid(userId: string, amount: bigint): AuctionCommand {
  return { type: 'PlaceBid', bidId: `${userId}-${amount}`, userId, amount };
}

/** The auction after some events. */
export function after(...events: AuctionEvent[]): Auction | undefined {
  return events.reduce<Auction | undefined>(evolve, undefined);
}

/** Given some events, when a command comes so many seconds after START, then … */
export function given(...events: AuctionEvent[]): {
  when(command: AuctionCommand, seconds?: number): Decision;
} {
  return { when: (command, seconds = 2) => decide(after(...events), command, at(seconds)) };
}

/** The decision that some events follow. */
export function accepted(...events: AuctionEvent[]): Decision {
  return { ok: true, events };
}
