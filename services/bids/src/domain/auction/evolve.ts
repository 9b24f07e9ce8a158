import { announcementsDue } from './announcements.ts';
import type { Auction } from './auction.ts';
import type { AuctionEvent, BidPlaced, ItemCreated } from './event.ts';

/** One event of an auction and the state right after it; `after.version` is the event's sequence. */
export interface Step {
  readonly event: AuctionEvent;
  readonly after: Auction;
}

/** The auction after one more event. Replaying all its events in order gives the same auction as storing it did. */
export function evolve(auction: Auction | undefined, event: AuctionEvent): Auction {
  if (event.type === 'ItemCreated') return created(event);
  if (auction === undefined) throw new Error(`${event.type} before ItemCreated`);
  const next = { ...auction, version: auction.version + 1n, updatedAt: event.at };
  switch (event.type) {
    case 'ItemUpdated':
      return { ...next, listing: event.listing };
    case 'ItemCancelled':
      return { ...next, status: 'cancelled' };
    case 'AuctionStarted':
      return { ...next, startAnnounced: true };
    case 'AuctionEndingSoon':
      return { ...next, endingSoonAnnounced: true };
    case 'BidPlaced':
      return { ...next, bidCount: auction.bidCount + 1n, highestBid: afterBid(auction, event) };
    case 'ProxyBidPlaced': {
      const { bidId, userId, amount, at } = event;
      const maximum = auction.highestBid?.maximum;
      return {
        ...next,
        bidCount: auction.bidCount + 1n,
        highestBid: { bidId, userId, amount, maximum, automatic: true, at },
      };
    }
    case 'MaximumRaised': {
      if (!auction.highestBid) throw new Error('MaximumRaised before BidPlaced');
      const { maximum, price } = event;
      return { ...next, highestBid: { ...auction.highestBid, amount: price, maximum } };
    }
    case 'AuctionExtended':
      return { ...next, endAt: event.endAt };
    case 'ItemBoughtNow':
      return next;
    case 'AuctionClosed':
      return {
        ...next,
        status: 'ended',
        outcome: event.outcome,
        winner: event.winner,
        closedAt: event.at,
      };
    case 'ItemRelisted':
      return { ...next, relistedAs: event.relistedAs };
  }
}

function created(event: ItemCreated): Auction {
  const { type: _, itemId, at, ...terms } = event;
  return {
    ...terms,
    ...announcementsDue(event),
    id: itemId,
    status: 'active',
    outcome: undefined,
    winner: undefined,
    closedAt: undefined,
    version: 1n,
    bidCount: 0n,
    highestBid: undefined,
    relistedAs: undefined,
    createdAt: at,
    updatedAt: at,
  };
}

// The price is the event's already where a standing maximum answers: no state between the two shows a price that the
// same transaction has left behind.
function afterBid({ highestBid }: Auction, bid: BidPlaced): Auction['highestBid'] {
  if (!bid.leads && highestBid) return { ...highestBid, amount: bid.price };
  const { bidId, userId, price, maximum, at } = bid;
  return { bidId, userId, amount: price, maximum, automatic: false, at };
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
