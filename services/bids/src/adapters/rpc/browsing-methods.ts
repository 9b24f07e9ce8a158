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
import { getItem, listItems } from '../../application/browsing.ts';
import { type CategoryNode, listCategories } from '../../application/categories.ts';
import { listMyBids, listRecentSales, listSales, listSellerItems } from '../../application/lists.ts';
import type { AuctionViews, ItemOrder, PublicItems, BidState as State } from '../../application/ports.ts';
import type { ViewerItems } from './viewer-items.ts';

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

/** The methods of bids.v1.BidService that read items and lists. */
export function browsingMethods(
  ports: { views: AuctionViews; items: PublicItems<Item> },
  viewerItems: ViewerItems,
) {
  return {
    async getItem({ id }, context) {
      const viewerId = optionalCaller(context)?.userId;
      // Shared items contain only public fields. A signed-in viewer may see more, so they read the auction itself.
      if (viewerId === undefined)
        return { item: unwrap(await ports.items.read(id, () => getItem(ports, { id }))) };
      return { item: await viewerItems.one(viewerId, unwrap(await getItem(ports, { id }))) };
    },

    async listItems(request, context) {
      const page = unwrap(await listItems(ports, { ...request, order: orders[request.sort] }));
      return {
        items: await viewerItems.page(optionalCaller(context)?.userId, page.items),
        nextPageToken: page.nextPageToken,
        currency: page.currency ?? '',
      };
    },

    async listSellerItems({ pageSize, pageToken }, context) {
      const { userId: sellerId } = requireCaller(context);
      const page = unwrap(await listSellerItems(ports, { sellerId, pageSize, pageToken }));
      return { items: await viewerItems.page(sellerId, page.items), nextPageToken: page.nextPageToken };
    },

    async listCategories() {
      return { categories: (await listCategories(ports)).map(toCategory) };
    },

    async listRecentSales({ limit }, context) {
      const sold = await listRecentSales(ports, { limit });
      return { items: await viewerItems.page(optionalCaller(context)?.userId, sold) };
    },

    async listMyBids({ pageSize, pageToken, state }, context) {
      const { userId } = requireCaller(context);
      const page = unwrap(
        await listMyBids(ports, { userId, pageSize, pageToken, state: stateOf.get(state) }),
      );
      const shown = await viewerItems.page(
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
      const page = unwrap(await listSales(ports, { sellerId, pageSize, pageToken }));
      const shown = await viewerItems.page(
        sellerId,
        page.items.map(({ view }) => view),
      );
      const sales = page.items.map(({ soldAt }, index) => ({
        item: shown[index],
        soldAt: soldAt.toISOString(),
      }));
      return { sales, nextPageToken: page.nextPageToken };
    },
  } satisfies Partial<ServiceImpl<typeof BidService>>;
}

function toCategory(node: CategoryNode): MessageInitShape<typeof CategorySchema> {
  return { ...node, children: node.children.map(toCategory) };
}
