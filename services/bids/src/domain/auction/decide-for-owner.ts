import { type Auction, type Listing, statusAt } from './auction.ts';
import type { CancelItem, RelistItem, UpdateItem } from './command.ts';
import { accept, type Decision, type RejectionReasons, reject } from './decision.ts';

export function decideUpdate(
  auction: Auction,
  command: UpdateItem,
  now: Date,
): Decision<RejectionReasons['UpdateItem']> {
  const refusal = refusalToOwner(auction, command, now);
  if (refusal) return refusal;
  const listing: Listing = { ...auction.listing, ...command.changes };
  return sameListing(listing, auction.listing) ? accept() : accept({ type: 'ItemUpdated', listing, at: now });
}

export function decideCancelling(
  auction: Auction,
  command: CancelItem,
  now: Date,
): Decision<RejectionReasons['CancelItem']> {
  return refusalToOwner(auction, command, now) ?? accept({ type: 'ItemCancelled', at: now });
}

/** The unsold item's side of putting it up again: once, when it is over and nobody has it. */
export function decideRelisted(
  auction: Auction,
  { userId, relistedAs }: RelistItem,
  now: Date,
): Decision<RejectionReasons['RelistItem']> {
  if (userId !== auction.sellerId) return reject('NOT_ITEM_OWNER');
  if (auction.status === 'active') return reject('AUCTION_NOT_ENDED');
  if (auction.outcome === 'sold') return reject('ITEM_SOLD');
  if (auction.relistedAs !== undefined) return reject('ALREADY_RELISTED');
  return accept({ type: 'ItemRelisted', relistedAs, at: now });
}

// Editing and cancelling obey the same rule: nothing that a bidder relied on changes.
function refusalToOwner(auction: Auction, command: UpdateItem | CancelItem, now: Date) {
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
