import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { AuctionClosed, AuctionEndingSoon, ItemCancelled } from '@gavel/proto/gen/bids/v1/events_pb';
import { type Announcement, type Ending, tellCancelled, tellEndingSoon } from '../domain/item-state.ts';
import type { Notice, NoticeKind } from '../domain/notice.ts';
import type { Followed } from './follow-event.ts';
import type { NotificationTables } from './notification-tables.ts';

/** The end is near: tells everyone who has bid or watches. */
export async function followEndingSoon(
  tables: NotificationTables,
  { id, sequence, body }: Followed<AuctionEndingSoon>,
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
  await tables.notify(tellEndingSoon({ ...item, soon }, await tables.audience(itemId)));
}

/** A withdrawal: tells everyone who has bid or watches, but the seller, who did it. */
export async function followCancelling(
  tables: NotificationTables,
  { id, sequence, body }: Followed<ItemCancelled>,
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
  await tables.notify(tellCancelled({ ...item, ending }, await tables.audience(itemId)));
}

/** The decision: tells the seller, and the winner if there is one. */
export async function followClosing(
  tables: NotificationTables,
  { id, sequence, body }: Followed<AuctionClosed>,
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
  const told = (userId: string, kind: NoticeKind): Notice => ({
    eventId: id,
    userId,
    kind,
    itemId,
    happenedAt,
  });
  if (body.outcome !== ItemOutcome.SOLD) {
    const kind = body.outcome === ItemOutcome.RESERVE_NOT_MET ? 'reserve_not_met' : 'no_bids';
    return tables.notify([told(sellerId, kind)]);
  }
  const price = { amount: body.winningAmount, currency: body.currency };
  return tables.notify([
    { ...told(winnerId, 'won'), price },
    { ...told(sellerId, 'sold'), price },
  ]);
}

function sellerOf(sellerId: string): string | undefined {
  return sellerId === '' ? undefined : sellerId.toLowerCase();
}
