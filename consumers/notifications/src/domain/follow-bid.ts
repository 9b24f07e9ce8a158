import type { Notice } from './notice.ts';

/** An accepted bid, as its event says. */
export interface Bid {
  readonly eventId: string;
  readonly itemId: string;
  readonly userId: string;
  /** The item's version after it: what orders the bids, in whatever order their events come. */
  readonly sequence: bigint;
  /** Minor units. */
  readonly amount: bigint;
  readonly currency: string;
  readonly placedAt: Date;
}

/** How an auction ended, if it has. */
export interface Ending {
  readonly kind: 'closed' | 'cancelled';
  readonly eventId: string;
  readonly at: Date;
}

/** What is known of an item before a bid's event is followed. */
export interface KnownBids {
  /** The known bid with the highest sequence. */
  readonly leader: Bid | undefined;
  /** The newest known bid of the same bidder. */
  readonly own: Bid | undefined;
  readonly ending: Ending | undefined;
}

/**
 * Whom a bid's event gives something to be told. Each bidder is told once that they lost the lead, in whatever order
 * events come: a bid that comes late never tells the leader it did not beat, and its own bidder hears of who has beaten it.
 */
export function followBid(bid: Bid, { leader, own, ending }: KnownBids): readonly Notice[] {
  if (own !== undefined && own.sequence >= bid.sequence) return [];
  if (ending?.kind === 'cancelled') {
    return [cancelled(bid.itemId, bid.userId, ending)];
  }
  if (ending !== undefined || leader === undefined || leader.userId === bid.userId) return [];
  return [bid.sequence > leader.sequence ? outbid(leader, bid) : outbid(bid, leader)];
}

/** An item was withdrawn: what one of its bidders is told. */
export function cancelled(itemId: string, userId: string, ending: Ending): Notice {
  return { kind: 'cancelled', eventId: ending.eventId, itemId, userId, happenedAt: ending.at };
}

function outbid(loser: Bid, winner: Bid): Notice {
  return {
    kind: 'outbid',
    eventId: winner.eventId,
    itemId: winner.itemId,
    userId: loser.userId,
    price: { amount: winner.amount, currency: winner.currency },
    happenedAt: winner.placedAt,
  };
}
