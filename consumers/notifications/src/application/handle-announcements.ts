import type { AuctionEndingSoon, AuctionStarted, ItemRelisted } from '@gavel/proto/gen/bids/v1/events_pb';
import { endingSoonNotices, relistedNotices, startedNotices } from '../domain/item-notices.ts';
import type { Announcement, Relisting, Start } from '../domain/item-state.ts';
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
  await tables.keepFacts(itemId, sequence, { title: title || undefined, endAt: soon.endAt });
  await tables.keepAnnouncement(itemId, soon);
  await tables.notify(endingSoonNotices({ ...item, soon }, await tables.audience(itemId, soon.at)));
}

/** The start of a scheduled auction: notifies everyone who watches, except the seller. */
export async function handleStarted(
  tables: NotificationTables,
  { id, sequence, body }: EventOf<AuctionStarted>,
): Promise<void> {
  const { itemId, title } = body;
  const sellerId = body.sellerId.toLowerCase();
  const start: Start = { eventId: id, at: new Date(body.timestamp) };
  const item = await tables.lockItem(itemId);
  await tables.keepFacts(itemId, sequence, { title: title || undefined, sellerId });
  await tables.keepStart(itemId, start);
  // A bid that arrived first does not make its bidder's notice: bidders know that the auction runs.
  const watchers = (await tables.audience(itemId, start.at)).filter(({ hasBid }) => !hasBid);
  await tables.notify(startedNotices({ ...item, sellerId, start }, watchers));
}

/** An unsold item was listed again: notifies everyone who has bid on it or watches it, except the seller. */
export async function handleRelisted(
  tables: NotificationTables,
  { id, sequence, body }: EventOf<ItemRelisted>,
): Promise<void> {
  const { itemId, timestamp } = body;
  const sellerId = body.sellerId.toLowerCase();
  const relisting: Relisting = {
    eventId: id,
    at: new Date(timestamp),
    relistedAs: body.relistedAs.toLowerCase(),
  };
  const item = await tables.lockItem(itemId);
  await tables.keepFacts(itemId, sequence, { sellerId });
  await tables.keepRelisting(itemId, relisting);
  await tables.notify(
    relistedNotices({ ...item, sellerId, relisting }, await tables.audience(itemId, relisting.at)),
  );
}
