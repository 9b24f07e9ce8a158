import type { MessageShape } from '@bufbuild/protobuf';
import { EmailVerifiedSchema, UserCreatedSchema } from '@gavel/proto/gen/auth/v1/events_pb';
import {
  AuctionClosedSchema,
  AuctionEndingSoonSchema,
  AuctionExtendedSchema,
  AuctionStartedSchema,
  BidPlacedSchema,
  ItemCancelledSchema,
  ItemCreatedSchema,
  ItemRelistedSchema,
  ItemUnwatchedSchema,
  ItemUpdatedSchema,
  ItemWatchedSchema,
  MaximumRaisedSchema,
  ProxyBidPlacedSchema,
} from '@gavel/proto/gen/bids/v1/events_pb';
import { handleEndingSoon, handleRelisted, handleStarted } from './handle-announcements.ts';
import { handleBidPlaced, handleProxyBid } from './handle-bids.ts';
import { handleCancelled, handleClosed } from './handle-endings.ts';
import { handleCreated, handleExtended, handleMaximumRaised, handleUpdated } from './handle-facts.ts';
import { handleWatch } from './handle-watch.ts';
import type { EventOf, NotificationTables } from './ports.ts';

/** The events that cause notifications, or contain data for them. */
export const handledEvents = [
  UserCreatedSchema,
  EmailVerifiedSchema,
  ItemCreatedSchema,
  ItemUpdatedSchema,
  ItemCancelledSchema,
  BidPlacedSchema,
  ProxyBidPlacedSchema,
  MaximumRaisedSchema,
  AuctionExtendedSchema,
  AuctionStartedSchema,
  AuctionEndingSoonSchema,
  AuctionClosedSchema,
  ItemRelistedSchema,
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
    case 'auth.v1.EmailVerified':
      await tables.keepVerifiedAddress({ userId: body.userId, email: body.email, sequence });
      break;
    case 'bids.v1.ItemCreated':
      await handleCreated(tables, { id, sequence, body });
      break;
    case 'bids.v1.ItemUpdated':
      await handleUpdated(tables, { id, sequence, body });
      break;
    case 'bids.v1.BidPlaced':
      await handleBidPlaced(tables, { id, sequence, body });
      break;
    case 'bids.v1.ProxyBidPlaced':
      await handleProxyBid(tables, { id, sequence, body });
      break;
    case 'bids.v1.MaximumRaised':
      await handleMaximumRaised(tables, { id, sequence, body });
      break;
    case 'bids.v1.AuctionExtended':
      await handleExtended(tables, { id, sequence, body });
      break;
    case 'bids.v1.AuctionStarted':
      await handleStarted(tables, { id, sequence, body });
      break;
    case 'bids.v1.ItemRelisted':
      await handleRelisted(tables, { id, sequence, body });
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
