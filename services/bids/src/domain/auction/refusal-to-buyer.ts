import { type Auction, statusAt } from './auction.ts';
import { reject } from './decision.ts';

/** Why someone may neither bid on this auction now nor buy the item; undefined when they may. */
export function refusalToBuyer(auction: Auction, userId: string, now: Date) {
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
