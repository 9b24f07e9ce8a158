import type { ItemUnwatched, ItemWatched } from '@gavel/proto/gen/bids/v1/events_pb';
import { tellCancelled, tellEndingSoon } from '../domain/item-state.ts';
import type { Followed } from './follow-event.ts';
import type { NotificationTables } from './notification-tables.ts';

/**
 * Somebody began or stopped to watch an item. A watch is an aggregate of its own, so only its time tells whether it was
 * there before an event of the item that has come first: its watcher is told of that now.
 */
export async function followWatch(
  tables: NotificationTables,
  { sequence: version, body }: Followed<ItemWatched | ItemUnwatched>,
): Promise<void> {
  const itemId = body.itemId.toLowerCase();
  const userId = body.userId.toLowerCase();
  const watching = body.$typeName === 'bids.v1.ItemWatched';
  const since = new Date(body.timestamp);
  const item = await tables.lockItem(itemId);
  const isNews = await tables.keepWatch({ itemId, userId, version, watching, since });
  if (!isNews || !watching) return;
  const watchedThen = (at: Date | undefined): boolean => at !== undefined && since <= at;
  await tables.notify([
    ...(watchedThen(item.ending?.at) ? tellCancelled(item, [userId]) : []),
    ...(watchedThen(item.soon?.at) ? tellEndingSoon(item, [userId]) : []),
  ]);
}
