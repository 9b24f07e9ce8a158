import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ItemSchema } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { ItemView, WatchLists } from '../../application/ports.ts';
import { toItemMessage } from './item-message.ts';

type ItemMessage = MessageInitShape<typeof ItemSchema>;

/** Items as one viewer sees them: `toItemMessage`, and whether they are on the viewer's watch list. */
export interface ViewerItems {
  one(viewerId: string | undefined, view: ItemView): Promise<ItemMessage>;
  page(viewerId: string | undefined, views: readonly ItemView[]): Promise<ItemMessage[]>;
}

/** Reads the watch list once per page, and not at all for an anonymous viewer. */
export function createViewerItems(watchLists: WatchLists): ViewerItems {
  const toMessage = (
    viewerId: string | undefined,
    view: ItemView,
    watched: ReadonlySet<string> | undefined,
  ) => ({
    ...toItemMessage(view, viewerId),
    watched: watched?.has(view.auction.id) ?? false,
  });
  const watchedAmong = async (viewerId: string | undefined, views: readonly ItemView[]) =>
    viewerId === undefined
      ? undefined
      : watchLists.among(
          viewerId,
          views.map(({ auction }) => auction.id),
        );
  return {
    one: async (viewerId, view) => toMessage(viewerId, view, await watchedAmong(viewerId, [view])),
    async page(viewerId, views) {
      const watched = await watchedAmong(viewerId, views);
      return views.map((view) => toMessage(viewerId, view, watched));
    },
  };
}
