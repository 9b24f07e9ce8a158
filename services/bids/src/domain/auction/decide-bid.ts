import { type Auction, buyNowPriceOf, type HighestBid, limitOf, nextBidOf, statusAt } from './auction.ts';
import { accept, type Decision, type PlaceBid, type RejectionReasons, reject } from './commands.ts';
import type { AuctionEvent } from './events.ts';
import { incrementAt, LARGEST_BID } from './increments.ts';

type BidDecision = Decision<RejectionReasons['PlaceBid']>;

/**
 * Decides a plain bid or one with a maximum. A standing maximum answers in the same step: the price becomes the losing limit
 * plus one increment, but never more than the winner's limit. Of two equal limits the earlier one wins. When the winner's
 * limit reaches the reserve price, the price rises to it. A late bid that moves the price also moves the end (soft close).
 */
export function decideBid(auction: Auction, command: PlaceBid, now: Date): BidDecision {
  const rejection = rejectBuyer(auction, command.userId, now);
  if (rejection) return rejection;
  const decision = decideAgainst(auction, command, now);
  return decision.ok ? accept(...decision.events, ...extension(auction, decision.events, now)) : decision;
}

/** Why this user may not bid on the auction or buy the item now; undefined when they may. */
export function rejectBuyer(auction: Auction, userId: string, now: Date) {
  switch (statusAt(auction, now)) {
    case 'cancelled':
      return reject('AUCTION_CANCELLED');
    case 'ended':
      return reject('AUCTION_ENDED');
    case 'scheduled':
      return reject('AUCTION_NOT_STARTED');
    case 'active':
      return userId === auction.sellerId ? reject('SELLER_MAY_NOT_BID') : undefined;
  }
}

function decideAgainst(auction: Auction, command: PlaceBid, now: Date): BidDecision {
  const { highestBid } = auction;
  if (highestBid?.userId === command.userId) return decideForLeader(auction, highestBid, command, now);
  const limit = command.maximum ?? command.amount;
  const rejection = rejectLimit(auction, limit);
  if (rejection) return rejection;
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

/**
 * The leader cannot bid against themselves: they can only set or raise their maximum. If it now reaches the reserve price, Gavel
 * bids the reserve price for it, so that the price is always the amount of a bid.
 */
function decideForLeader(auction: Auction, leading: HighestBid, command: PlaceBid, now: Date): BidDecision {
  const { userId, maximum } = command;
  if (maximum === undefined) return alreadyLeading(auction, leading);
  if (maximum <= limitOf(leading)) return reject('MAXIMUM_NOT_RAISED');
  const buyNowPrice = buyNowPriceOf(auction);
  if (buyNowPrice !== undefined && maximum >= buyNowPrice) return buyNowReached(auction, buyNowPrice);
  const raised: AuctionEvent = { type: 'MaximumRaised', userId, maximum, price: leading.amount, at: now };
  const price = lifted(auction, leading.amount, maximum);
  if (price === leading.amount) return accept(raised);
  const bid = { bidId: command.answerId, userId, amount: price, outbid: undefined, at: now };
  return accept(raised, { type: 'ProxyBidPlaced', ...bid });
}

/** The soft close: the event that moves the end when a late bid has moved the price and somebody else may still answer. */
function extension(auction: Auction, events: readonly AuctionEvent[], now: Date): AuctionEvent[] {
  const { endAt, hardEndAt, softCloseSeconds, highestBid } = auction;
  const softCloseMs = softCloseSeconds * 1000;
  const price = priceAfter(events.at(-1));
  if (price === highestBid?.amount || price === LARGEST_BID) return [];
  if (endAt.getTime() - now.getTime() > softCloseMs) return [];
  const end = new Date(Math.min(now.getTime() + softCloseMs, hardEndAt.getTime()));
  return end > endAt ? [{ type: 'AuctionExtended', previousEndAt: endAt, endAt: end, at: now }] : [];
}

function priceAfter(event: AuctionEvent | undefined): bigint | undefined {
  if (event?.type === 'ProxyBidPlaced') return event.amount;
  return event?.type === 'BidPlaced' || event?.type === 'MaximumRaised' ? event.price : undefined;
}

/** One increment above the beaten limit, but at most the winner's limit. */
function stepOver(auction: Auction, beaten: bigint, limit: bigint): bigint {
  const over = beaten + incrementAt(beaten, auction);
  return over < limit ? over : limit;
}

/** The price, raised to the reserve price when the limit reaches it. */
function lifted({ reservePrice }: Auction, price: bigint, limit: bigint): bigint {
  return reservePrice !== undefined && price < reservePrice && limit >= reservePrice ? reservePrice : price;
}

/**
 * Why nobody but the leader may bid up to this limit. While the item can be bought now, every limit is below the buy-now price, so
 * nobody pays more by bidding than by buying.
 */
function rejectLimit(auction: Auction, limit: bigint): BidDecision | undefined {
  const next = nextBidOf(auction);
  const buyNowPrice = buyNowPriceOf(auction);
  if (buyNowPrice !== undefined && (next === undefined || limit >= buyNowPrice))
    return buyNowReached(auction, buyNowPrice);
  if (next === undefined) return reject('BID_TOO_LOW');
  const { currency } = auction;
  return limit < next
    ? { ok: false, rejection: { reason: 'BID_TOO_LOW', minimum: { amount: next, currency } } }
    : undefined;
}

function buyNowReached({ currency }: Auction, amount: bigint): BidDecision {
  return { ok: false, rejection: { reason: 'BUY_NOW_REACHED', buyNowPrice: { amount, currency } } };
}

function alreadyLeading({ currency }: Auction, { maximum }: HighestBid): BidDecision {
  if (maximum === undefined) return reject('ALREADY_LEADING');
  return { ok: false, rejection: { reason: 'ALREADY_LEADING', ownMaximum: { amount: maximum, currency } } };
}
