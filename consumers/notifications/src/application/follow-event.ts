import type { UserCreated } from '@gavel/proto/gen/auth/v1/events_pb';
import type {
  AuctionClosed,
  AuctionEndingSoon,
  BidPlaced,
  ItemBoughtNow,
  ItemCancelled,
  ItemCreated,
  ItemUnwatched,
  ItemUpdated,
  ItemWatched,
  ProxyBidPlaced,
} from '@gavel/proto/gen/bids/v1/events_pb';
import { followBidPlaced, followBoughtNow, followProxyBid } from './follow-bids.ts';
import { followCancelling, followClosing, followEndingSoon } from './follow-endings.ts';
import { followWatch } from './follow-watch.ts';
import type { NotificationTables } from './notification-tables.ts';

/** Every event that somebody may be told of, or that is needed to tell. */
export type FollowedEvent =
  | UserCreated
  | ItemCreated
  | ItemUpdated
  | ItemCancelled
  | BidPlaced
  | ProxyBidPlaced
  | ItemBoughtNow
  | AuctionEndingSoon
  | AuctionClosed
  | ItemWatched
  | ItemUnwatched;

/** An event as it comes: its id, its aggregate's version, its body. */
export interface Followed<Body extends FollowedEvent = FollowedEvent> {
  readonly id: string;
  readonly sequence: bigint;
  readonly body: Body;
}

/**
 * Follows one event: keeps what later events need, and stores whom it gives something to be told. Events may come in
 * any order and more than once.
 */
export async function followEvent(tables: NotificationTables, event: Followed): Promise<void> {
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
      await followBidPlaced(tables, { id, sequence, body });
      break;
    case 'bids.v1.ProxyBidPlaced':
      await followProxyBid(tables, { id, sequence, body });
      break;
    case 'bids.v1.ItemBoughtNow':
      await followBoughtNow(tables, { id, sequence, body });
      break;
    case 'bids.v1.AuctionEndingSoon':
      await followEndingSoon(tables, { id, sequence, body });
      break;
    case 'bids.v1.ItemCancelled':
      await followCancelling(tables, { id, sequence, body });
      break;
    case 'bids.v1.AuctionClosed':
      await followClosing(tables, { id, sequence, body });
      break;
    case 'bids.v1.ItemWatched':
    case 'bids.v1.ItemUnwatched':
      await followWatch(tables, { id, sequence, body });
      break;
  }
}
