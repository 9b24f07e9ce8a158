import type { ItemUnwatched, ItemWatched } from '@gavel/proto/gen/bids/v1/events_pb';
import {
  cancelledNotices,
  closedNotices,
  endingSoonNotices,
  relistedNotices,
  startedNotices,
} from '../domain/item-notices.ts';
import type { EventOf, NotificationTables } from './ports.ts';

/**
 * Somebody started or stopped watching an item. A watch is an aggregate of its own, so its version does not compare with the
 * item's. If an event of the item arrived first, only the times show whether the watch is older. If it is, the watcher is
 * notified now.
 */
export async function handleWatch(
  tables: NotificationTables,
  { sequence: version, body }: EventOf<ItemWatched | ItemUnwatched>,
): Promise<void> {
  const itemId = body.itemId.toLowerCase();
  const userId = body.userId.toLowerCase();
  const watching = body.$typeName === 'bids.v1.ItemWatched';
  const since = new Date(body.timestamp);
  const item = await tables.lockItem(itemId);
  const isNewer = await tables.keepWatch({ itemId, userId, version, watching, since });
  if (!isNewer || !watching) return;
  const hasBid = (await tables.standings(itemId, [userId])).length > 0;
  const watcher = [{ userId, hasBid }];
  const watchedThen = (past: { readonly at: Date } | undefined): boolean =>
    past !== undefined && since <= past.at;
  await tables.notify([
    ...(watchedThen(item.start) ? startedNotices(item, watcher) : []),
    ...(watchedThen(item.soon) ? endingSoonNotices(item, watcher) : []),
    ...(watchedThen(item.ending) ? cancelledNotices(item, watcher) : []),
    ...(watchedThen(item.ending) ? closedNotices(item, watcher) : []),
    ...(watchedThen(item.relisting) ? relistedNotices(item, watcher) : []),
  ]);
}
