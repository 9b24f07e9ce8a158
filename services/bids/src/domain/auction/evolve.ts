import type { Auction } from './auction.ts';
import type { AuctionEvent } from './event.ts';

/** One event of an auction and the state right after it; `after.version` is the event's sequence. */
export interface Step {
  readonly event: AuctionEvent;
  readonly after: Auction;
}

/** The auction after one more event. Replaying all its events in order gives the same auction as storing it did. */
export function evolve(auction: Auction | undefined, event: AuctionEvent): Auction {
  if (event.type === 'ItemCreated') {
    return {
      id: event.itemId,
      sellerId: event.sellerId,
      listing: event.listing,
      currency: event.currency,
      startPrice: event.startPrice,
      endAt: event.endAt,
      status: 'active',
      outcome: undefined,
      version: 1n,
      bidCount: 0n,
      highestBid: undefined,
      createdAt: event.at,
      updatedAt: event.at,
    };
  }
  if (auction === undefined) throw new Error(`${event.type} before ItemCreated`);
  const next = { ...auction, version: auction.version + 1n, updatedAt: event.at };
  switch (event.type) {
    case 'ItemUpdated':
      return { ...next, listing: event.listing };
    case 'ItemCancelled':
      return { ...next, status: 'cancelled' };
    case 'BidPlaced':
      return {
        ...next,
        bidCount: auction.bidCount + 1n,
        highestBid: { userId: event.userId, amount: event.amount },
      };
    case 'AuctionClosed':
      return { ...next, status: 'ended', outcome: event.outcome };
  }
}

/** The steps that some events take an auction through. */
export function evolveAll(auction: Auction | undefined, events: readonly AuctionEvent[]): Step[] {
  const steps: Step[] = [];
  let state = auction;
  for (const event of events) {
    state = evolve(state, event);
    steps.push({ event, after: state });
  }
  return steps;
}
