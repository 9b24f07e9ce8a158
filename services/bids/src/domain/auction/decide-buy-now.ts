import { type Auction, buyNowPriceOf } from './auction.ts';
import type { BuyNow } from './command.ts';
import { accept, type Decision, type RejectionReasons, reject } from './decision.ts';
import { refusalToBuyer } from './refusal-to-buyer.ts';

/** Sells the item at once and ends the auction, until bidding has come to the price. The buyer may repeat it. */
export function decideBuyNow(
  auction: Auction,
  { userId }: BuyNow,
  now: Date,
): Decision<RejectionReasons['BuyNow']> {
  if (boughtBy(auction, userId)) return accept();
  const refusal = refusalToBuyer(auction, userId, now);
  if (refusal) return refusal;
  const amount = buyNowPriceOf(auction);
  if (amount === undefined) return reject('BUY_NOW_UNAVAILABLE');
  return accept(
    { type: 'ItemBoughtNow', buyerId: userId, amount, at: now },
    { type: 'AuctionClosed', outcome: 'sold', winner: { userId, amount }, at: now },
  );
}

// Only buying closes an auction before its end.
function boughtBy({ winner, closedAt, endAt }: Auction, userId: string): boolean {
  return winner?.userId === userId && closedAt !== undefined && closedAt < endAt;
}
