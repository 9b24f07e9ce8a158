import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ItemSchema } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { AuctionViews, ItemView, WatchLists } from '../../application/ports.ts';
import { toItemMessage } from './item-message.ts';

type ItemMessage = MessageInitShape<typeof ItemSchema>;

/** Items as one viewer sees them: `toItemMessage`, the viewer's own bids, and whether they are on the viewer's watch list. */
export interface ViewerItems {
  one(viewerId: string | undefined, view: ItemView): Promise<ItemMessage>;
  page(viewerId: string | undefined, views: readonly ItemView[]): Promise<ItemMessage[]>;
}

/** Reads watch list and bids once per page, and not at all for an anonymous viewer. */
export function createViewerItems(ports: { watchLists: WatchLists; views: AuctionViews }): ViewerItems {
  const page = async (viewerId: string | undefined, views: readonly ItemView[]): Promise<ItemMessage[]> => {
    if (viewerId === undefined) return views.map((view) => toItemMessage(view, undefined));
    const ids = views.map(({ auction }) => auction.id);
    const [watched, highestBids] = await Promise.all([
      ports.watchLists.among(viewerId, ids),
      ports.views.highestBidsOf(viewerId, ids),
    ]);
    return views.map((view) => ({
      ...toItemMessage(view, viewerId),
      watched: watched.has(view.auction.id),
      myHighestBid: highestBids.get(view.auction.id) ?? 0n,
    }));
  };
  return {
    page,
    async one(viewerId, view) {
      const [item] = await page(viewerId, [view]);
      return item ?? toItemMessage(view, viewerId);
    },
  };
}
