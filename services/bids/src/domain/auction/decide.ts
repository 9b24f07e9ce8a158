import { type Auction, buyNowPriceOf, ENDING_SOON_MS, reserveMet, statusAt } from './auction.ts';
import {
  type AuctionCommand,
  accept,
  type BuyNow,
  type Decision,
  type RejectionReasons,
  reject,
} from './commands.ts';
import { decideBid, rejectBuyer } from './decide-bid.ts';
import { decideCancelling, decideCreation, decideRelisted, decideUpdate } from './decide-listing.ts';

/**
 * Every rule of the auction, without I/O. `auction` is undefined when the item does not exist. `now` is the database's clock,
 * read after the auction was locked. A rejection changes nothing.
 */
export function decide<C extends AuctionCommand>(
  auction: Auction | undefined,
  command: C,
  now: Date,
): Decision<RejectionReasons[C['type']]>;
export function decide(auction: Auction | undefined, command: AuctionCommand, now: Date): Decision {
  if (command.type === 'CreateItem') return decideCreation(auction, command, now);
  if (auction === undefined) return reject('ITEM_NOT_FOUND');
  switch (command.type) {
    case 'UpdateItem':
      return decideUpdate(auction, command, now);
    case 'CancelItem':
      return decideCancelling(auction, command, now);
    case 'PlaceBid':
      return decideBid(auction, command, now);
    case 'BuyNow':
      return buyNow(auction, command, now);
    case 'RelistItem':
      return decideRelisted(auction, command, now);
    case 'Announce':
      return announce(auction, now);
    case 'CloseAuction':
      return close(auction, now);
  }
}

/** Sells the item at once and ends the auction, as long as bids are below the price. The buyer's repeat changes nothing. */
function buyNow(auction: Auction, { userId }: BuyNow, now: Date): Decision<RejectionReasons['BuyNow']> {
  if (boughtBy(auction, userId)) return accept();
  const rejection = rejectBuyer(auction, userId, now);
  if (rejection) return rejection;
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

function announce(auction: Auction, now: Date): Decision<never> {
  if (statusAt(auction, now) !== 'active') return accept();
  const endIsNear = now.getTime() >= auction.endAt.getTime() - ENDING_SOON_MS;
  return accept(
    ...(auction.startAnnounced ? [] : [{ type: 'AuctionStarted', at: now } as const]),
    ...(auction.endingSoonAnnounced || !endIsNear ? [] : [{ type: 'AuctionEndingSoon', at: now } as const]),
  );
}

function close(auction: Auction, now: Date): Decision<never> {
  if (auction.status !== 'active' || now < auction.endAt) return accept();
  const highest = auction.highestBid;
  const closed = { type: 'AuctionClosed', winner: undefined, at: now } as const;
  if (!highest) return accept({ ...closed, outcome: 'no_bids' });
  if (!reserveMet(auction)) return accept({ ...closed, outcome: 'reserve_not_met' });
  return accept({ ...closed, outcome: 'sold', winner: { userId: highest.userId, amount: highest.amount } });
}
