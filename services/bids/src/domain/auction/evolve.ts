import type { Auction } from './auction.ts';
import type { Decision, Rejection, RejectionReason } from './commands.ts';
import type { AuctionEvent, BidPlaced, ItemCreated } from './events.ts';

// A shorter auction needs no AuctionEndingSoon: its end is near from the beginning.
const ENDING_SOON_NEEDED_MS = 20 * 60_000;

/** One event of an auction and the state right after it; `after.version` is the event's sequence. */
export interface Step {
  readonly event: AuctionEvent;
  readonly after: Auction;
}

/** The auction after one more event. Replaying all its events in order gives the auction that is stored. */
export function evolve(auction: Auction | undefined, event: AuctionEvent): Auction {
  if (event.type === 'ItemCreated') return created(event);
  if (auction === undefined) throw new Error(`${event.type} before ItemCreated`);
  const next = { ...auction, version: auction.version + 1n };
  if (isVisible(auction, event)) {
    next.revision++;
    next.updatedAt = event.at;
  }
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

/** Whether an event changes what everybody may see of an auction. */
function isVisible(before: Auction, event: AuctionEvent): boolean {
  switch (event.type) {
    case 'MaximumRaised':
      return event.price !== before.highestBid?.amount;
    // The AuctionClosed after it ends the auction.
    case 'ItemBoughtNow':
    case 'AuctionEndingSoon':
    // Only the seller sees which item it became.
    case 'ItemRelisted':
      return false;
    default:
      return true;
  }
}

function created(event: ItemCreated): Auction {
  const { type: _, itemId, at, ...terms } = event;
  return {
    ...terms,
    id: itemId,
    status: 'active',
    outcome: undefined,
    winner: undefined,
    closedAt: undefined,
    version: 1n,
    revision: 1n,
    bidCount: 0n,
    highestBid: undefined,
    relistedAs: undefined,
    startAnnounced: event.startsAt <= at,
    endingSoonAnnounced: event.endAt.getTime() - event.startsAt.getTime() <= ENDING_SOON_NEEDED_MS,
    createdAt: at,
    updatedAt: at,
  };
}

// When a standing maximum answers, the price already includes the answer. So no state between the two events shows a price
// that the same transaction has already passed.
function afterBid({ highestBid }: Auction, bid: BidPlaced): Auction['highestBid'] {
  if (!bid.leads && highestBid) return { ...highestBid, amount: bid.price };
  const { bidId, userId, price, maximum, at } = bid;
  return { bidId, userId, amount: price, maximum, automatic: false, at };
}

/** The steps that some events cause, in order. */
export function evolveAll(auction: Auction | undefined, events: readonly AuctionEvent[]): Step[] {
  const steps: Step[] = [];
  let state = auction;
  for (const event of events) {
    state = evolve(state, event);
    steps.push({ event, after: state });
  }
  return steps;
}

/** The steps that a command causes, or the reason why it is rejected. */
export type DecidedSteps<R extends RejectionReason = RejectionReason> =
  | { readonly ok: true; readonly steps: readonly Step[] }
  | { readonly ok: false; readonly rejection: Rejection<R> };

/** A decision on an auction as the steps that it causes. */
export function stepsOf<R extends RejectionReason>(
  auction: Auction | undefined,
  decision: Decision<R>,
): DecidedSteps<R> {
  return decision.ok ? { ok: true, steps: evolveAll(auction, decision.events) } : decision;
}
