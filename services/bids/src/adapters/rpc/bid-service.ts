import type { ServiceImpl } from '@connectrpc/connect';
import type { BidService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { optionalCaller, requireCaller } from '@gavel/service-runtime/caller';
import { unwrap } from '@gavel/service-runtime/failure';
import type { AuctionViews } from '../../application/auction-views.ts';
import type { Auctions } from '../../application/auctions.ts';
import { cancelItem } from '../../application/cancel-item.ts';
import { createItem } from '../../application/create-item.ts';
import { getItem } from '../../application/get-item.ts';
import { getItemBids } from '../../application/get-item-bids.ts';
import { listItems } from '../../application/list-items.ts';
import { listSellerItems } from '../../application/list-seller-items.ts';
import { placeBid } from '../../application/place-bid.ts';
import { updateItem } from '../../application/update-item.ts';
import { toBidMessage } from './bid-message.ts';
import { toItemMessage } from './item-message.ts';

/** bids.v1.BidService: reads the request, runs its one use case, shapes the answer. */
export function createBidService(
  auctions: Auctions,
  views: AuctionViews,
): Partial<ServiceImpl<typeof BidService>> {
  return {
    async placeBid({ itemId, amount, idempotencyKey }, context) {
      const { userId } = requireCaller(context);
      const bid = unwrap(await placeBid(auctions, { userId, itemId, amount, idempotencyKey }));
      return { bid: toBidMessage(bid) };
    },

    async createItem(request, context) {
      const { userId: sellerId } = requireCaller(context);
      const { title, description, startPrice, endAt, images, category, currency } = request;
      const input = { sellerId, title, description, startPrice, endAt, images, category, currency };
      return { item: toItemMessage(unwrap(await createItem(auctions, input)), sellerId) };
    },

    async getItem({ id }, context) {
      return { item: toItemMessage(unwrap(await getItem(views, id)), optionalCaller(context)?.userId) };
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

    async updateItem({ id, title, description, category, images, clearImages }, context) {
      const { userId } = requireCaller(context);
      const input = { userId, itemId: id, title, description, category, images, clearImages };
      return { item: toItemMessage(unwrap(await updateItem(auctions, input)), userId) };
    },

    async cancelItem({ id }, context) {
      const { userId } = requireCaller(context);
      return { item: toItemMessage(unwrap(await cancelItem(auctions, { userId, itemId: id })), userId) };
    },

    async getItemBids({ itemId, pageSize, pageToken }) {
      const page = unwrap(await getItemBids(views, { itemId, pageSize, pageToken }));
      return { bids: page.items.map(toBidMessage), nextPageToken: page.nextPageToken };
    },
  };
}
