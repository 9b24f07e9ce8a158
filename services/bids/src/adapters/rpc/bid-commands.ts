import type { ServiceImpl } from '@connectrpc/connect';
import type { BidService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { requireCaller } from '@gavel/service-runtime/caller';
import { unwrap } from '@gavel/service-runtime/failure';
import type { Auctions } from '../../application/auctions.ts';
import { cancelItem } from '../../application/cancel-item.ts';
import { createItem } from '../../application/create-item.ts';
import { placeBid } from '../../application/place-bid.ts';
import { updateItem } from '../../application/update-item.ts';
import { toBidMessage } from './bid-message.ts';
import { toItemMessage } from './item-message.ts';

/** The methods of bids.v1.BidService that change an auction. */
export function bidCommands(auctions: Auctions) {
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

    async updateItem({ id, title, description, category, images, clearImages }, context) {
      const { userId } = requireCaller(context);
      const input = { userId, itemId: id, title, description, category, images, clearImages };
      return { item: toItemMessage(unwrap(await updateItem(auctions, input)), userId) };
    },

    async cancelItem({ id }, context) {
      const { userId } = requireCaller(context);
      return { item: toItemMessage(unwrap(await cancelItem(auctions, { userId, itemId: id })), userId) };
    },
  } satisfies Partial<ServiceImpl<typeof BidService>>;
}
