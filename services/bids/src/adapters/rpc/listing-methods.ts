import type { ServiceImpl } from '@connectrpc/connect';
import { afterChange } from '@gavel/postgres/transaction';
import type { BidService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { requireCaller, requireVerifiedCaller } from '@gavel/service-runtime/caller';
import { unwrap } from '@gavel/service-runtime/failure';
import { cancelItem, createItem, relistItem, updateItem } from '../../application/listing.ts';
import type { Auctions } from '../../application/ports.ts';
import { toItemMessage } from './item-message.ts';
import type { ViewerItems } from './viewer-items.ts';

/** The methods of bids.v1.BidService for sellers. */
export function listingMethods(ports: { auctions: Auctions }, viewerItems: ViewerItems) {
  return {
    async createItem(request, context) {
      const { userId: sellerId } = requireVerifiedCaller(context);
      const item = unwrap(await createItem(ports, { ...request, sellerId }));
      return { item: toItemMessage(item, sellerId) };
    },

    async relistItem({ id, ...times }, context) {
      const { userId } = requireVerifiedCaller(context);
      const input = { ...times, userId, itemId: id };
      return { item: toItemMessage(unwrap(await relistItem(ports, input)), userId) };
    },

    async updateItem({ id, title, description, category, images, clearImages }, context) {
      const { userId } = requireCaller(context);
      const input = { userId, itemId: id, title, description, category, images, clearImages };
      const item = unwrap(await updateItem(ports, input));
      return { item: await afterChange(() => viewerItems.one(userId, item)) };
    },

    async cancelItem({ id }, context) {
      const { userId } = requireCaller(context);
      const item = unwrap(await cancelItem(ports, { userId, itemId: id }));
      return { item: await afterChange(() => viewerItems.one(userId, item)) };
    },
  } satisfies Partial<ServiceImpl<typeof BidService>>;
}
