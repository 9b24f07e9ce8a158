import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ItemSchema } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { ItemView } from '../../application/auction-views.ts';
import type { WatchLists } from '../../application/watch-lists.ts';
import { toItemMessage } from './item-message.ts';

type ItemMessage = MessageInitShape<typeof ItemSchema>;

/** Items as one viewer sees them: `toItemMessage`, and whether they are on the viewer's watch list. */
export interface SeenBy {
  item(viewerId: string | undefined, view: ItemView): Promise<ItemMessage>;
  items(viewerId: string | undefined, views: readonly ItemView[]): Promise<ItemMessage[]>;
}

/** Asks the watch lists once for a whole page, and not at all for who is not signed in. */
export function createSeenBy(watchLists: WatchLists): SeenBy {
  const see = (viewerId: string | undefined, view: ItemView, watched: ReadonlySet<string> | undefined) => ({
    ...toItemMessage(view, viewerId),
    watched: watched?.has(view.auction.id) ?? false,
  });
  const among = async (viewerId: string | undefined, views: readonly ItemView[]) =>
    viewerId === undefined
      ? undefined
      : watchLists.among(
          viewerId,
          views.map(({ auction }) => auction.id),
        );
  return {
    item: async (viewerId, view) => see(viewerId, view, await among(viewerId, [view])),
    async items(viewerId, views) {
      const watched = await among(viewerId, views);
      return views.map((view) => see(viewerId, view, watched));
    },
  };
}
