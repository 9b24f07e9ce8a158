import type { ServiceImpl } from '@connectrpc/connect';
import type { BidService, Item } from '@gavel/proto/gen/bids/v1/bids_pb';
import { optionalCaller, requireCaller } from '@gavel/service-runtime/caller';
import { unwrap } from '@gavel/service-runtime/failure';
import type { AuctionViews } from '../../application/auction-views.ts';
import type { BidderMasks } from '../../application/bidder-masks.ts';
import { getItem } from '../../application/get-item.ts';
import { getItemBids } from '../../application/get-item-bids.ts';
import { listItems } from '../../application/list-items.ts';
import { listSellerItems } from '../../application/list-seller-items.ts';
import type { PublicItems } from '../../application/public-items.ts';
import { toBidMessage } from './bid-message.ts';
import { toItemMessage } from './item-message.ts';

/** The methods of bids.v1.BidService that only read. */
export function bidQueries(views: AuctionViews, masks: BidderMasks, items: PublicItems<Item>) {
  return {
    async getItem({ id }, context) {
      const viewerId = optionalCaller(context)?.userId;
      // What only some may see is never shared: whoever may be one of them reads the auction itself.
      if (viewerId === undefined) return { item: unwrap(await items.read(id, () => getItem(views, id))) };
      return { item: toItemMessage(unwrap(await getItem(views, id)), viewerId) };
    },

    async listItems({ pageSize, pageToken, category }, context) {
      const viewerId = optionalCaller(context)?.userId;
      const page = unwrap(await listItems(views, { pageSize, pageToken, category }));
      return {
        items: page.items.map((view) => toItemMessage(view, viewerId)),
        nextPageToken: page.nextPageToken,
      };
    },

    async listSellerItems({ pageSize, pageToken }, context) {
      const { userId: sellerId } = requireCaller(context);
      const page = unwrap(await listSellerItems(views, { sellerId, pageSize, pageToken }));
      return {
        items: page.items.map((view) => toItemMessage(view, sellerId)),
        nextPageToken: page.nextPageToken,
      };
    },

    async getItemBids({ itemId, pageSize, pageToken }, context) {
      const viewerId = optionalCaller(context)?.userId;
      const mask = await masks.load();
      const page = unwrap(await getItemBids(views, { itemId, pageSize, pageToken }));
      return {
        bids: page.items.map((bid) => toBidMessage(bid, viewerId, mask)),
        nextPageToken: page.nextPageToken,
      };
    },
  } satisfies Partial<ServiceImpl<typeof BidService>>;
}
