import { type Auction, type Listing, statusAt } from './auction.ts';
import type { AuctionCommand, CancelItem, CreateItem, PlaceBid, UpdateItem } from './command.ts';
import type { AuctionEvent } from './event.ts';
import { minimumNextBid } from './minimum-next-bid.ts';

/** Why each command may be refused. */
export interface RejectionReasons {
  CreateItem: 'END_TOO_SOON' | 'END_TOO_LATE';
  UpdateItem: 'ITEM_NOT_FOUND' | 'NOT_ITEM_OWNER' | 'ITEM_HAS_BIDS' | 'AUCTION_ENDED' | 'AUCTION_CANCELLED';
  CancelItem: 'ITEM_NOT_FOUND' | 'NOT_ITEM_OWNER' | 'ITEM_HAS_BIDS' | 'AUCTION_ENDED' | 'AUCTION_CANCELLED';
  PlaceBid: 'ITEM_NOT_FOUND' | 'AUCTION_ENDED' | 'AUCTION_CANCELLED' | 'SELLER_MAY_NOT_BID' | 'BID_TOO_LOW';
  CloseAuction: 'ITEM_NOT_FOUND';
}

export type RejectionReason = RejectionReasons[keyof RejectionReasons];

export interface Rejection<R extends RejectionReason = RejectionReason> {
  readonly reason: R;
  /** With BID_TOO_LOW: what would have been enough. */
  readonly minimum?: { readonly amount: bigint; readonly currency: string };
}

/** The facts that a command brings about, none when it changes nothing, or why it is refused. */
export type Decision<R extends RejectionReason = RejectionReason> =
  | { readonly ok: true; readonly events: readonly AuctionEvent[] }
  | { readonly ok: false; readonly rejection: Rejection<R> };

const SHORTEST_MS = 1_000;
const LONGEST_MS = 90 * 24 * 3_600_000;

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
  if (command.type === 'CreateItem') return create(auction, command, now);
  if (auction === undefined) return reject('ITEM_NOT_FOUND');
  switch (command.type) {
    case 'UpdateItem':
      return update(auction, command, now);
    case 'CancelItem':
      return refusalToOwner(auction, command, now) ?? accept({ type: 'ItemCancelled', at: now });
    case 'PlaceBid':
      return bid(auction, command, now);
    case 'CloseAuction':
      return close(auction, now);
  }
}

function create(auction: Auction | undefined, command: CreateItem, now: Date): Decision {
  if (auction !== undefined) throw new Error(`item ${command.itemId} exists already`);
  const duration = command.endAt.getTime() - now.getTime();
  if (duration < SHORTEST_MS) return reject('END_TOO_SOON');
  if (duration > LONGEST_MS) return reject('END_TOO_LATE');
  return accept({ ...command, type: 'ItemCreated', at: now });
}

function update(auction: Auction, command: UpdateItem, now: Date): Decision {
  const refusal = refusalToOwner(auction, command, now);
  if (refusal) return refusal;
  const listing: Listing = { ...auction.listing, ...command.changes };
  return sameListing(listing, auction.listing) ? accept() : accept({ type: 'ItemUpdated', listing, at: now });
}

function bid(auction: Auction, command: PlaceBid, now: Date): Decision {
  const status = statusAt(auction, now);
  if (status === 'cancelled') return reject('AUCTION_CANCELLED');
  if (status === 'ended') return reject('AUCTION_ENDED');
  if (command.userId === auction.sellerId) return reject('SELLER_MAY_NOT_BID');
  const minimum = minimumNextBid(auction.highestBid?.amount, auction.startPrice, auction.currency);
  if (command.amount < minimum) {
    return {
      ok: false,
      rejection: { reason: 'BID_TOO_LOW', minimum: { amount: minimum, currency: auction.currency } },
    };
  }
  return accept({ ...command, type: 'BidPlaced', at: now });
}

function close(auction: Auction, now: Date): Decision {
  if (auction.status !== 'active' || now < auction.endAt) return accept();
  const winner = auction.highestBid;
  return accept({ type: 'AuctionClosed', outcome: winner ? 'sold' : 'no_bids', winner, at: now });
}

// Editing and cancelling obey the same rule: nothing that a bidder relied on changes.
function refusalToOwner(auction: Auction, command: UpdateItem | CancelItem, now: Date): Decision | undefined {
  if (command.userId !== auction.sellerId) return reject('NOT_ITEM_OWNER');
  const status = statusAt(auction, now);
  if (status === 'cancelled') return reject('AUCTION_CANCELLED');
  if (status === 'ended') return reject('AUCTION_ENDED');
  return auction.bidCount > 0n ? reject('ITEM_HAS_BIDS') : undefined;
}

function sameListing(a: Listing, b: Listing): boolean {
  return (
    a.title === b.title &&
    a.description === b.description &&
    a.category === b.category &&
    a.images.length === b.images.length &&
    a.images.every((image, i) => image === b.images[i])
  );
}

function accept(...events: AuctionEvent[]): Decision {
  return { ok: true, events };
}

function reject(reason: RejectionReason): Decision {
  return { ok: false, rejection: { reason } };
}
