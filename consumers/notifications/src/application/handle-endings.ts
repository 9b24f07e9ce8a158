import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { AuctionClosed, AuctionEndingSoon, ItemCancelled } from '@gavel/proto/gen/bids/v1/events_pb';
import { type Announcement, cancelledNotices, type Ending, endingSoonNotices } from '../domain/item-state.ts';
import type { Notice, NoticeKind } from '../domain/notice.ts';
import type { EventOf, NotificationTables } from './ports.ts';

/** The end is near: notifies everyone who has bid or watches. */
export async function handleEndingSoon(
  tables: NotificationTables,
  { id, sequence, body }: EventOf<AuctionEndingSoon>,
): Promise<void> {
  const { itemId, title, currentHighestBid: amount, currency } = body;
  const soon: Announcement = {
    eventId: id,
    sequence,
    at: new Date(body.timestamp),
    endAt: new Date(body.endAt),
    price: amount > 0n ? { amount, currency } : undefined,
  };
  const item = await tables.lockItem(itemId);
  if (title !== '') await tables.keepTitle(itemId, title, sequence);
  await tables.keepAnnouncement(itemId, soon);
  await tables.notify(endingSoonNotices({ ...item, soon }, await tables.audience(itemId)));
}

/** A withdrawal: notifies everyone who has bid or watches, except the seller, who withdrew it. */
export async function handleCancelled(
  tables: NotificationTables,
  { id, sequence, body }: EventOf<ItemCancelled>,
): Promise<void> {
  const { itemId, sellerId, title, cancelledAt } = body;
  const ending: Ending = {
    kind: 'cancelled',
    eventId: id,
    at: new Date(cancelledAt),
    sellerId: sellerOf(sellerId),
  };
  const item = await tables.lockItem(itemId);
  if (title !== '') await tables.keepTitle(itemId, title, sequence);
  await tables.keepEnding(itemId, ending);
  await tables.notify(cancelledNotices({ ...item, ending }, await tables.audience(itemId)));
}

/** The auction's end: notifies the seller, and the winner if there is one. */
export async function handleClosed(
  tables: NotificationTables,
  { id, sequence, body }: EventOf<AuctionClosed>,
): Promise<void> {
  const happenedAt = new Date(body.closedAt);
  const { itemId, sellerId, winnerId, title } = body;
  await tables.lockItem(itemId);
  if (title !== '') await tables.keepTitle(itemId, title, sequence);
  await tables.keepEnding(itemId, {
    kind: 'closed',
    eventId: id,
    at: happenedAt,
    sellerId: sellerOf(sellerId),
  });
  const notice = (userId: string, kind: NoticeKind): Notice => ({
    eventId: id,
    userId,
    kind,
    itemId,
    happenedAt,
  });
  if (body.outcome !== ItemOutcome.SOLD) {
    const kind = body.outcome === ItemOutcome.RESERVE_NOT_MET ? 'reserve_not_met' : 'no_bids';
    return tables.notify([notice(sellerId, kind)]);
  }
  const price = { amount: body.winningAmount, currency: body.currency };
  return tables.notify([
    { ...notice(winnerId, 'won'), price },
    { ...notice(sellerId, 'sold'), price },
  ]);
}

function sellerOf(sellerId: string): string | undefined {
  return sellerId === '' ? undefined : sellerId.toLowerCase();
}
