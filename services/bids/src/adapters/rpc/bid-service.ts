import type { ServiceImpl } from '@connectrpc/connect';
import type { BidService, Item } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { AuctionViews } from '../../application/auction-views.ts';
import type { Auctions } from '../../application/auctions.ts';
import type { BidderMasks } from '../../application/bidder-masks.ts';
import type { PublicItems } from '../../application/public-items.ts';
import type { WatchLists } from '../../application/watch-lists.ts';
import { bidCommands } from './bid-commands.ts';
import { bidQueries } from './bid-queries.ts';
import { createSeenBy } from './seen-by.ts';
import { watchListMethods } from './watch-list-methods.ts';

export interface BidServiceParts {
  auctions: Auctions;
  views: AuctionViews;
  masks: BidderMasks;
  items: PublicItems<Item>;
  watchLists: WatchLists;
}

/** bids.v1.BidService: each method reads the request, runs its one use case, shapes the answer. */
export function createBidService(parts: BidServiceParts): ServiceImpl<typeof BidService> {
  const seenBy = createSeenBy(parts.watchLists);
  return {
    ...bidCommands(parts.auctions, parts.masks, seenBy),
    ...bidQueries(parts, seenBy),
    ...watchListMethods(parts.watchLists),
  };
}
