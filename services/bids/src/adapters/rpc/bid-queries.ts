import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import {
  type BidService,
  BidState,
  type CategorySchema,
  type Item,
  ItemSort,
} from '@gavel/proto/gen/bids/v1/bids_pb';
import { optionalCaller, requireCaller } from '@gavel/service-runtime/caller';
import { unwrap } from '@gavel/service-runtime/failure';
import type { AuctionViews, BidState as State } from '../../application/auction-views.ts';
import type { BidderMasks } from '../../application/bidder-masks.ts';
import type { CategoryNode } from '../../application/category-tree.ts';
import { getItem } from '../../application/get-item.ts';
import { getItemBids } from '../../application/get-item-bids.ts';
import { listCategories } from '../../application/list-categories.ts';
import { listItems } from '../../application/list-items.ts';
import { listMyBids } from '../../application/list-my-bids.ts';
import { listSales } from '../../application/list-sales.ts';
import { listSellerItems } from '../../application/list-seller-items.ts';
import type { ItemOrder } from '../../application/open-items.ts';
import type { PublicItems } from '../../application/public-items.ts';
import { toBidMessage } from './bid-message.ts';
import type { SeenBy } from './seen-by.ts';

const orders: Readonly<Record<ItemSort, ItemOrder | undefined>> = {
  [ItemSort.UNSPECIFIED]: undefined,
  [ItemSort.ENDING_SOON]: 'endingSoon',
  [ItemSort.NEWEST]: 'newest',
  [ItemSort.PRICE_LOW]: 'priceLow',
  [ItemSort.PRICE_HIGH]: 'priceHigh',
  [ItemSort.MOST_BIDS]: 'mostBids',
  [ItemSort.RELEVANCE]: 'relevance',
};

const states: Readonly<Record<State, BidState>> = {
  winning: BidState.WINNING,
  outbid: BidState.OUTBID,
  won: BidState.WON,
  lost: BidState.LOST,
};

const stateOf = new Map(Object.entries(states).map(([state, wire]) => [wire, state as State]));

/** The methods of bids.v1.BidService that only read, watch lists apart. */
export function bidQueries(
  { views, masks, items }: { views: AuctionViews; masks: BidderMasks; items: PublicItems<Item> },
  seenBy: SeenBy,
) {
  return {
    async getItem({ id }, context) {
      const viewerId = optionalCaller(context)?.userId;
      // What only some may see is never shared: whoever may be one of them reads the auction itself.
      if (viewerId === undefined) return { item: unwrap(await items.read(id, () => getItem(views, id))) };
      return { item: await seenBy.item(viewerId, unwrap(await getItem(views, id))) };
    },

    async listItems(request, context) {
      const page = unwrap(await listItems(views, { ...request, order: orders[request.sort] }));
      return {
        items: await seenBy.items(optionalCaller(context)?.userId, page.items),
        nextPageToken: page.nextPageToken,
      };
    },

    async listSellerItems({ pageSize, pageToken }, context) {
      const { userId: sellerId } = requireCaller(context);
      const page = unwrap(await listSellerItems(views, { sellerId, pageSize, pageToken }));
      return { items: await seenBy.items(sellerId, page.items), nextPageToken: page.nextPageToken };
    },

    async listCategories() {
      return { categories: (await listCategories(views)).map(toCategory) };
    },

    async listMyBids({ pageSize, pageToken, state }, context) {
      const { userId } = requireCaller(context);
      const page = unwrap(
        await listMyBids(views, { userId, pageSize, pageToken, state: stateOf.get(state) }),
      );
      const shown = await seenBy.items(
        userId,
        page.items.map(({ view }) => view),
      );
      const bids = page.items.map((mine, index) => ({
        item: shown[index],
        state: states[mine.state],
        highestAmount: mine.highestAmount,
        lastBidAt: mine.lastBidAt.toISOString(),
      }));
      return { bids, nextPageToken: page.nextPageToken };
    },

    async listSales({ pageSize, pageToken }, context) {
      const { userId: sellerId } = requireCaller(context);
      const page = unwrap(await listSales(views, { sellerId, pageSize, pageToken }));
      const shown = await seenBy.items(
        sellerId,
        page.items.map(({ view }) => view),
      );
      const sales = page.items.map(({ soldAt }, index) => ({
        item: shown[index],
        soldAt: soldAt.toISOString(),
      }));
      return { sales, nextPageToken: page.nextPageToken };
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

function toCategory(node: CategoryNode): MessageInitShape<typeof CategorySchema> {
  return { ...node, children: node.children.map(toCategory) };
}
