import type { MessageShape } from '@bufbuild/protobuf';
import { UserCreatedSchema } from '@gavel/proto/gen/auth/v1/events_pb';
import {
  AuctionClosedSchema,
  AuctionEndingSoonSchema,
  BidPlacedSchema,
  ItemBoughtNowSchema,
  ItemCancelledSchema,
  ItemCreatedSchema,
  ItemUnwatchedSchema,
  ItemUpdatedSchema,
  ItemWatchedSchema,
  ProxyBidPlacedSchema,
} from '@gavel/proto/gen/bids/v1/events_pb';
import { handleBidPlaced, handleBoughtNow, handleProxyBid } from './handle-bids.ts';
import { handleCancelled, handleClosed, handleEndingSoon } from './handle-endings.ts';
import { handleWatch } from './handle-watch.ts';
import type { EventOf, NotificationTables } from './ports.ts';

/** The events that cause notifications, or contain data for them. */
export const handledEvents = [
  UserCreatedSchema,
  ItemCreatedSchema,
  ItemUpdatedSchema,
  ItemCancelledSchema,
  BidPlacedSchema,
  ProxyBidPlacedSchema,
  ItemBoughtNowSchema,
  AuctionEndingSoonSchema,
  AuctionClosedSchema,
  ItemWatchedSchema,
  ItemUnwatchedSchema,
];

export type HandledEvent = MessageShape<(typeof handledEvents)[number]>;

/**
 * Handles one event: stores what later events need, and the notices that the event causes. Events may arrive in any order
 * and more than once.
 */
export async function handleEvent(tables: NotificationTables, event: EventOf<HandledEvent>): Promise<void> {
  const { id, sequence, body } = event;
  switch (body.$typeName) {
    case 'auth.v1.UserCreated':
      await tables.keepRecipient({ userId: body.userId, email: body.email, fullName: body.fullName });
      break;
    case 'bids.v1.ItemCreated':
    case 'bids.v1.ItemUpdated':
      await tables.lockItem(body.itemId);
      await tables.keepTitle(body.itemId, body.title, sequence);
      break;
    case 'bids.v1.BidPlaced':
      await handleBidPlaced(tables, { id, sequence, body });
      break;
    case 'bids.v1.ProxyBidPlaced':
      await handleProxyBid(tables, { id, sequence, body });
      break;
    case 'bids.v1.ItemBoughtNow':
      await handleBoughtNow(tables, { id, sequence, body });
      break;
    case 'bids.v1.AuctionEndingSoon':
      await handleEndingSoon(tables, { id, sequence, body });
      break;
    case 'bids.v1.ItemCancelled':
      await handleCancelled(tables, { id, sequence, body });
      break;
    case 'bids.v1.AuctionClosed':
      await handleClosed(tables, { id, sequence, body });
      break;
    case 'bids.v1.ItemWatched':
    case 'bids.v1.ItemUnwatched':
      await handleWatch(tables, { id, sequence, body });
      break;
  }
}
