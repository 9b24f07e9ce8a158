import type { ServiceImpl } from '@connectrpc/connect';
import type { BidService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { requireCaller } from '@gavel/service-runtime/caller';
import { unwrap } from '@gavel/service-runtime/failure';
import type { WatchLists } from '../../application/ports.ts';
import { listWatchedItems, unwatchItem, watchItem } from '../../application/watching.ts';
import type { ViewerItems } from './viewer-items.ts';

/** The methods of bids.v1.BidService for the caller's watch list. */
export function watchingMethods(ports: { watchLists: WatchLists }, viewerItems: ViewerItems) {
  return {
    async watchItem({ itemId }, context) {
      const { userId } = requireCaller(context);
      unwrap(await watchItem(ports, { userId, itemId }));
      return {};
    },

    async unwatchItem({ itemId }, context) {
      const { userId } = requireCaller(context);
      unwrap(await unwatchItem(ports, { userId, itemId }));
      return {};
    },

    async listWatchedItems({ pageSize, pageToken }, context) {
      const { userId } = requireCaller(context);
      const page = unwrap(await listWatchedItems(ports, { userId, pageSize, pageToken }));
      const items = await viewerItems.page(userId, page.items);
      return { items: items.map((item) => ({ ...item, watched: true })), nextPageToken: page.nextPageToken };
    },
  } satisfies Partial<ServiceImpl<typeof BidService>>;
}
