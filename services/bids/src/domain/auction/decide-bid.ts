import { type Auction, type HighestBid, limitOf } from './auction.ts';
import type { PlaceBid } from './command.ts';
import { accept, type Decision, type RejectionReasons, reject } from './decision.ts';
import type { AuctionEvent } from './event.ts';
import { incrementAt, minimumNextBid } from './increments.ts';
import { refusalToBuyer } from './refusal-to-buyer.ts';

type BidDecision = Decision<RejectionReasons['PlaceBid']>;

/**
 * A bid, plain or with a maximum. Standing maxima answer in one step: the price becomes the loser's limit and an
 * increment, never more than the winner's own; of two equal limits the earlier wins. A limit at or over the reserve price
 * lifts the price to it. A late bid that moves the price moves the end.
 */
export function decideBid(auction: Auction, command: PlaceBid, now: Date): BidDecision {
  const refusal = refusalToBuyer(auction, command.userId, now);
  if (refusal) return refusal;
  const decision = decideAgainst(auction, command, now);
  return decision.ok ? accept(...decision.events, ...extension(auction, decision.events, now)) : decision;
}

function decideAgainst(auction: Auction, command: PlaceBid, now: Date): BidDecision {
  const { highestBid } = auction;
  if (highestBid?.userId === command.userId) return decideForLeader(auction, highestBid, command, now);
  const limit = command.maximum ?? command.amount;
  if (limit < minimum(auction)) return tooLow(auction);
  const { bidId, userId, maximum } = command;
  const bid = { type: 'BidPlaced', bidId, userId, maximum, at: now } as const;
  if (!highestBid) {
    const price = lifted(auction, maximum === undefined ? limit : auction.startPrice, limit);
    return accept({ ...bid, amount: price, leads: true, price, outbid: undefined });
  }
  const standing = limitOf(highestBid);
  if (limit > standing) {
    const price = lifted(auction, maximum === undefined ? limit : stepOver(auction, standing, limit), limit);
    return accept({ ...bid, amount: price, leads: true, price, outbid: highestBid.userId });
  }
  const price = lifted(auction, stepOver(auction, limit, standing), standing);
  return accept(
    { ...bid, amount: limit, leads: false, price, outbid: undefined },
    {
      type: 'ProxyBidPlaced',
      bidId: command.answerId,
      userId: highestBid.userId,
      amount: price,
      outbid: userId,
      at: now,
    },
  );
}

/** Nobody is outbid by themselves: a maximum of one's own only raises the standing one. */
function decideForLeader(auction: Auction, leading: HighestBid, command: PlaceBid, now: Date): BidDecision {
  const { userId, bidId, amount, maximum } = command;
  if (maximum !== undefined) {
    if (maximum <= limitOf(leading)) return reject('MAXIMUM_NOT_RAISED');
    const price = lifted(auction, leading.amount, maximum);
    return accept({ type: 'MaximumRaised', userId, maximum, price, at: now });
  }
  if (amount < minimum(auction)) return tooLow(auction);
  const standing = leading.maximum;
  return accept({
    type: 'BidPlaced',
    bidId,
    userId,
    amount,
    maximum: standing !== undefined && standing < amount ? amount : standing,
    leads: true,
    price: amount,
    outbid: undefined,
    at: now,
  });
}

function extension(auction: Auction, events: readonly AuctionEvent[], now: Date): AuctionEvent[] {
  const { endAt, hardEndAt, softCloseSeconds, highestBid } = auction;
  const softCloseMs = softCloseSeconds * 1000;
  const moved = events.some((event) => 'price' in event && event.price !== highestBid?.amount);
  if (!moved || endAt.getTime() - now.getTime() > softCloseMs) return [];
  const end = new Date(Math.min(now.getTime() + softCloseMs, hardEndAt.getTime()));
  return end > endAt ? [{ type: 'AuctionExtended', previousEndAt: endAt, endAt: end, at: now }] : [];
}

function stepOver({ currency }: Auction, beaten: bigint, limit: bigint): bigint {
  const over = beaten + incrementAt(beaten, currency);
  return over < limit ? over : limit;
}

function lifted({ reservePrice }: Auction, price: bigint, limit: bigint): bigint {
  return reservePrice !== undefined && price < reservePrice && limit >= reservePrice ? reservePrice : price;
}

function minimum({ highestBid, startPrice, currency }: Auction): bigint {
  return minimumNextBid(highestBid?.amount, startPrice, currency);
}

function tooLow(auction: Auction): BidDecision {
  const rejection = {
    reason: 'BID_TOO_LOW',
    minimum: { amount: minimum(auction), currency: auction.currency },
  } as const;
  return { ok: false, rejection };
}
