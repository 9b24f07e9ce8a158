import { currencyOrDollars } from '@gavel/proto/currencies';
import type { BidPlaced, ItemBoughtNow, ProxyBidPlaced } from '@gavel/proto/gen/bids/v1/events_pb';
import { applyBid, type Bid, type Lead } from '../domain/apply-bid.ts';
import { cancelledNotices, endingSoonNotices, type ItemState } from '../domain/item-state.ts';
import type { Notice } from '../domain/notice.ts';
import type { EventOf, NotificationTables } from './ports.ts';

/** A bid: notifies the bidder who led until then, once, even if the new leader raises the bid several times. */
export async function handleBidPlaced(tables: NotificationTables, event: EventOf<BidPlaced>): Promise<void> {
  const { title } = event.body;
  const bid = toBid(event, leadOf(event.body));
  const item = await tables.lockItem(bid.itemId);
  if (title !== '') await tables.keepTitle(bid.itemId, title, bid.sequence);
  const outbid = await storeBid(tables, bid);
  await tables.notify([...(item.ending === undefined ? outbid : []), ...missedNotices(item, bid)]);
}

/** A bid for a standing maximum: notifies the bidder whom it outbid, if any, once until they lead again. */
export async function handleProxyBid(
  tables: NotificationTables,
  event: EventOf<ProxyBidPlaced>,
): Promise<void> {
  const { title, outbidUserId } = event.body;
  const bid = toBid(event, { kind: 'stated', leads: true, outbid: outbidUserId.toLowerCase() || undefined });
  const item = await tables.lockItem(bid.itemId);
  if (title !== '') await tables.keepTitle(bid.itemId, title, bid.sequence);
  const outbid = await storeBid(tables, bid);
  await tables.notify([...(item.ending === undefined ? outbid : []), ...missedNotices(item, bid)]);
}

/**
 * A purchase: notifies the bidder who led until then, even if the event of the auction's end, which always follows,
 * arrives first.
 */
export async function handleBoughtNow(
  tables: NotificationTables,
  event: EventOf<ItemBoughtNow>,
): Promise<void> {
  const { buyerId, ...body } = event.body;
  const bid = toBid({ ...event, body: { ...body, userId: buyerId } }, { kind: 'derived' });
  await tables.lockItem(bid.itemId);
  await tables.notify(await storeBid(tables, bid));
}

async function storeBid(tables: NotificationTables, bid: Bid): Promise<readonly Notice[]> {
  const { itemId, userId, lead } = bid;
  const leader = lead.kind === 'derived' ? await tables.leader(itemId) : undefined;
  const other = lead.kind === 'stated' ? lead.outbid : leader?.userId;
  const standings = await tables.standings(itemId, other === undefined ? [userId] : [userId, other]);
  const applied = applyBid(bid, { standings, leader });
  await tables.keepStandings(itemId, applied.standings);
  return applied.notices;
}

/** The notices that a bidder missed because their bid arrives after a later event of the item. */
function missedNotices(item: ItemState, { userId, sequence }: Bid): readonly Notice[] {
  const bidBefore = item.soon !== undefined && sequence < item.soon.sequence;
  return [...cancelledNotices(item, [userId]), ...(bidBefore ? endingSoonNotices(item, [userId]) : [])];
}

interface BidBody {
  readonly itemId: string;
  readonly userId: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly timestamp: string;
}

function toBid({ id, sequence, body }: { id: string; sequence: bigint; body: BidBody }, lead: Lead): Bid {
  const { itemId, userId, amount, currency, timestamp } = body;
  return {
    eventId: id,
    itemId: itemId.toLowerCase(),
    userId: userId.toLowerCase(),
    sequence,
    price: { amount, currency: currencyOrDollars(currency) },
    at: new Date(timestamp),
    lead,
  };
}

/**
 * Events that name the seller also name the outbid bidder. If such an event names nobody, it is the first bid, a leader's
 * own higher bid, or a bid that a standing maximum beats: only the first bid is certain to lead.
 */
function leadOf({ sellerId, outbidUserId, bidCount }: BidPlaced): Lead {
  if (outbidUserId !== '') return { kind: 'stated', leads: true, outbid: outbidUserId.toLowerCase() };
  return sellerId === ''
    ? { kind: 'derived' }
    : { kind: 'stated', leads: bidCount === 1n, outbid: undefined };
}
