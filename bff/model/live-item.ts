import { type Item, ItemOutcome, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { LiveItem } from './live-news.ts';

/** What open pages get of an item. */
export function liveItemOf(item: Item): LiveItem {
  return {
    id: item.id,
    revision: item.revision.toString(),
    status: statuses[item.status] ?? 'ended',
    startsAt: item.startsAt,
    endAt: item.endAt,
    currentHighestBid: item.currentHighestBid.toString(),
    minimumNextBid: item.minimumNextBid.toString(),
    bidCount: Number(item.bidCount),
  };
}

const statuses: Partial<Record<ItemStatus, LiveItem['status']>> = {
  [ItemStatus.SCHEDULED]: 'scheduled',
  [ItemStatus.ACTIVE]: 'active',
  [ItemStatus.ENDED]: 'ended',
  [ItemStatus.CANCELLED]: 'cancelled',
};

/** True when nothing that everybody may see can change any more. */
export function isSettled({ status, outcome }: Item): boolean {
  return status === ItemStatus.CANCELLED || outcome !== ItemOutcome.UNSPECIFIED;
}
