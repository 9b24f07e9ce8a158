import type { UserCreated } from '@gavel/proto/gen/auth/v1/events_pb';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import type {
  AuctionClosed,
  BidPlaced,
  ItemCancelled,
  ItemCreated,
  ItemUpdated,
} from '@gavel/proto/gen/bids/v1/events_pb';
import { problemOf } from '../domain/check-fields.ts';
import { type Bid, cancelled, type Ending, followBid } from '../domain/follow-bid.ts';
import type { Notice, NoticeKind } from '../domain/notice.ts';
import type { NotificationTables } from './notification-tables.ts';

/** Every event that somebody may be told of, or that is needed to tell. */
export type FollowedEvent =
  | UserCreated
  | ItemCreated
  | ItemUpdated
  | ItemCancelled
  | BidPlaced
  | AuctionClosed;

/** An event as it comes: its id, its item's version, its body. */
export interface Followed {
  readonly id: string;
  readonly sequence: bigint;
  readonly body: FollowedEvent;
}

/** `unusable` says why an event can never be followed, however often it is tried. */
export type FollowOutcome = { readonly ok: true } | { readonly ok: false; readonly unusable: string };

/**
 * Follows one event: keeps what later events need, and stores whom it gives something to be told. Events may come in
 * any order and more than once.
 */
export async function followEvent(tables: NotificationTables, event: Followed): Promise<FollowOutcome> {
  const { body } = event;
  const unusable = unusableBecause(body);
  if (unusable !== undefined) return { ok: false, unusable };
  switch (body.$typeName) {
    case 'auth.v1.UserCreated':
      await tables.keepRecipient({ userId: body.userId, email: body.email, fullName: body.fullName });
      break;
    case 'bids.v1.ItemCreated':
    case 'bids.v1.ItemUpdated':
      await tables.lockItem(body.itemId);
      await tables.keepTitle(body.itemId, body.title, event.sequence);
      break;
    case 'bids.v1.BidPlaced':
      await followPlacedBid(tables, event, body);
      break;
    case 'bids.v1.ItemCancelled':
      await followCancelling(tables, event, body);
      break;
    case 'bids.v1.AuctionClosed':
      await followClosing(tables, event, body);
      break;
  }
  return { ok: true };
}

async function followPlacedBid(tables: NotificationTables, { id, sequence }: Followed, body: BidPlaced) {
  const { itemId, userId, amount, currency } = body;
  const bid: Bid = {
    eventId: id,
    itemId,
    userId,
    sequence,
    amount,
    currency,
    placedAt: new Date(body.timestamp),
  };
  const { ending } = await tables.lockItem(itemId);
  const known = await tables.knownBids(itemId, userId);
  await tables.keepBid(bid);
  await tables.notify(followBid(bid, { ...known, ending }));
}

async function followCancelling(tables: NotificationTables, { id }: Followed, body: ItemCancelled) {
  const ending: Ending = { kind: 'cancelled', eventId: id, at: new Date(body.cancelledAt) };
  await tables.lockItem(body.itemId);
  await tables.keepEnding(body.itemId, ending);
  const bidders = await tables.biddersOf(body.itemId);
  await tables.notify(bidders.map((userId) => cancelled(body.itemId, userId, ending)));
}

async function followClosing(tables: NotificationTables, { id }: Followed, body: AuctionClosed) {
  const happenedAt = new Date(body.closedAt);
  const { itemId, sellerId, winnerId } = body;
  await tables.lockItem(itemId);
  await tables.keepEnding(itemId, { kind: 'closed', eventId: id, at: happenedAt });
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

function unusableBecause(body: FollowedEvent): string | undefined {
  switch (body.$typeName) {
    case 'auth.v1.UserCreated':
      return problemOf([
        ['user_id', 'uuid', body.userId],
        ['email', 'address', body.email],
      ]);
    case 'bids.v1.ItemCreated':
    case 'bids.v1.ItemUpdated':
      return problemOf([['item_id', 'uuid', body.itemId]]);
    case 'bids.v1.ItemCancelled':
      return problemOf([
        ['item_id', 'uuid', body.itemId],
        ['cancelled_at', 'date', body.cancelledAt],
      ]);
    case 'bids.v1.BidPlaced':
      return problemOf([
        ['item_id', 'uuid', body.itemId],
        ['user_id', 'uuid', body.userId],
        ['amount', 'amount', body.amount],
        ['currency', 'currency', body.currency],
        ['timestamp', 'date', body.timestamp],
      ]);
    case 'bids.v1.AuctionClosed':
      return unusableClosing(body);
  }
}

function unusableClosing(body: AuctionClosed): string | undefined {
  const always = problemOf([
    ['item_id', 'uuid', body.itemId],
    ['seller_id', 'uuid', body.sellerId],
    ['closed_at', 'date', body.closedAt],
  ]);
  if (always !== undefined) return always;
  switch (body.outcome) {
    case ItemOutcome.NO_BIDS:
    case ItemOutcome.RESERVE_NOT_MET:
      return undefined;
    case ItemOutcome.SOLD:
      return problemOf([
        ['winner_id', 'uuid', body.winnerId],
        ['winning_amount', 'amount', body.winningAmount],
        ['currency', 'currency', body.currency],
      ]);
    default:
      return `unknown outcome ${body.outcome}`;
  }
}
