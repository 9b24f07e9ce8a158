import { announce } from './announcements.ts';
import { type Auction, reserveMet } from './auction.ts';
import type { AuctionCommand } from './command.ts';
import { decideBid } from './decide-bid.ts';
import { decideBuyNow } from './decide-buy-now.ts';
import { decideCreation } from './decide-creation.ts';
import { decideCancelling, decideRelisted, decideUpdate } from './decide-for-owner.ts';
import { accept, type Decision, type RejectionReasons, reject } from './decision.ts';

/**
 * Every rule of the auction, without I/O. `auction` is undefined when there is no such item; `now` is the database's
 * clock, read after the auction was locked. A rejection changes nothing.
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
      return decideBuyNow(auction, command, now);
    case 'RelistItem':
      return decideRelisted(auction, command, now);
    case 'Announce':
      return accept(...announce(auction, now));
    case 'CloseAuction':
      return close(auction, now);
  }
}

function close(auction: Auction, now: Date): Decision {
  if (auction.status !== 'active' || now < auction.endAt) return accept();
  const highest = auction.highestBid;
  const closed = { type: 'AuctionClosed', winner: undefined, at: now } as const;
  if (!highest) return accept({ ...closed, outcome: 'no_bids' });
  if (!reserveMet(auction)) return accept({ ...closed, outcome: 'reserve_not_met' });
  return accept({ ...closed, outcome: 'sold', winner: { userId: highest.userId, amount: highest.amount } });
}
