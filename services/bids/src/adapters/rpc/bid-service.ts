import type { ServiceImpl } from '@connectrpc/connect';
import type { BidService, Item } from '@gavel/proto/gen/bids/v1/bids_pb';
import type {
  Auctions,
  AuctionViews,
  BidderMasks,
  PublicItems,
  WatchLists,
} from '../../application/ports.ts';
import { biddingMethods } from './bidding-methods.ts';
import { browsingMethods } from './browsing-methods.ts';
import { listingMethods } from './listing-methods.ts';
import { createViewerItems } from './viewer-items.ts';
import { watchingMethods } from './watching-methods.ts';

export interface BidServicePorts {
  readonly auctions: Auctions;
  readonly views: AuctionViews;
  readonly masks: BidderMasks;
  readonly items: PublicItems<Item>;
  readonly watchLists: WatchLists;
}

/** bids.v1.BidService: each method reads the request, runs one use case and builds the response. */
export function createBidService(ports: BidServicePorts): ServiceImpl<typeof BidService> {
  const viewerItems = createViewerItems(ports);
  return {
    ...biddingMethods(ports, viewerItems),
    ...listingMethods(ports, viewerItems),
    ...browsingMethods(ports, viewerItems),
    ...watchingMethods(ports, viewerItems),
  };
}
