import type { ServiceImpl } from '@connectrpc/connect';
import type { BidService, Item } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { AuctionViews } from '../../application/auction-views.ts';
import type { Auctions } from '../../application/auctions.ts';
import type { BidderMasks } from '../../application/bidder-masks.ts';
import type { PublicItems } from '../../application/public-items.ts';
import { bidCommands } from './bid-commands.ts';
import { bidQueries } from './bid-queries.ts';

/** bids.v1.BidService: each method reads the request, runs its one use case, shapes the answer. */
export function createBidService(
  auctions: Auctions,
  views: AuctionViews,
  masks: BidderMasks,
  items: PublicItems<Item>,
): Partial<ServiceImpl<typeof BidService>> {
  return { ...bidCommands(auctions, masks), ...bidQueries(views, masks, items) };
}
