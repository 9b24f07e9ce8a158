import type { ServiceImpl } from '@connectrpc/connect';
import type { BidService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { requireCaller } from '@gavel/service-runtime/caller';
import { unwrap } from '@gavel/service-runtime/failure';
import type { Auctions } from '../../application/auctions.ts';
import type { BidderMasks } from '../../application/bidder-masks.ts';
import { buyNow } from '../../application/buy-now.ts';
import { cancelItem } from '../../application/cancel-item.ts';
import { createItem } from '../../application/create-item.ts';
import { placeBid } from '../../application/place-bid.ts';
import { relistItem } from '../../application/relist-item.ts';
import { updateItem } from '../../application/update-item.ts';
import { toPlaceBidMessage } from './bid-message.ts';
import { toItemMessage } from './item-message.ts';
import type { SeenBy } from './seen-by.ts';

/** The methods of bids.v1.BidService that change an auction. */
export function bidCommands(auctions: Auctions, masks: BidderMasks, seenBy: SeenBy) {
  return {
    async placeBid({ itemId, amount, maxAmount, idempotencyKey }, context) {
      const { userId } = requireCaller(context);
      const mask = await masks.load();
      const input = { userId, itemId, amount, maxAmount, idempotencyKey };
      return toPlaceBidMessage(unwrap(await placeBid(auctions, input)), mask);
    },

    async buyNow({ itemId }, context) {
      const { userId } = requireCaller(context);
      return { item: await seenBy.item(userId, unwrap(await buyNow(auctions, { userId, itemId }))) };
    },

    async createItem(request, context) {
      const { userId: sellerId } = requireCaller(context);
      const item = unwrap(await createItem(auctions, { ...request, sellerId }));
      return { item: toItemMessage(item, sellerId) };
    },

    async relistItem({ id, startsAt, endAt, hardEndAt }, context) {
      const { userId } = requireCaller(context);
      const input = { userId, itemId: id, startsAt, endAt, hardEndAt };
      return { item: toItemMessage(unwrap(await relistItem(auctions, input)), userId) };
    },

    async updateItem({ id, title, description, category, images, clearImages }, context) {
      const { userId } = requireCaller(context);
      const input = { userId, itemId: id, title, description, category, images, clearImages };
      return { item: await seenBy.item(userId, unwrap(await updateItem(auctions, input))) };
    },

    async cancelItem({ id }, context) {
      const { userId } = requireCaller(context);
      return { item: await seenBy.item(userId, unwrap(await cancelItem(auctions, { userId, itemId: id }))) };
    },
  } satisfies Partial<ServiceImpl<typeof BidService>>;
}
