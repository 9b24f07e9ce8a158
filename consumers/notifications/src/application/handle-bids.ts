import { currencyOrDollars } from '@gavel/proto/currencies';
import type { BidPlaced, ProxyBidPlaced } from '@gavel/proto/gen/bids/v1/events_pb';
import { applyBid, type Bid, type Lead } from '../domain/apply-bid.ts';
import {
  cancelledNotices,
  closedNotices,
  endingSoonNotices,
  relistedNotices,
} from '../domain/item-notices.ts';
import type { ItemFacts, ItemState } from '../domain/item-state.ts';
import type { Notice } from '../domain/notice.ts';
import type { EventOf, NotificationTables } from './ports.ts';

/**
 * A bid: notifies the bidder who led until then, once, even if the new leader raises the bid several times. The first bid
 * also notifies the seller.
 */
export async function handleBidPlaced(tables: NotificationTables, event: EventOf<BidPlaced>): Promise<void> {
  const { title, sellerId, minimumNextBid, bidCount } = event.body;
  const bid = toBid(event, leadOf(event.body));
  // Events of the first contract state neither the title nor the next minimum; they name no seller either.
  const isComplete = sellerId !== '';
  const facts = isComplete ? bidFacts(title, minimumNextBid, bid) : {};
  const first: Notice = {
    kind: 'first_bid',
    eventId: bid.eventId,
    itemId: bid.itemId,
    userId: sellerId.toLowerCase(),
    price: bid.price,
    happenedAt: bid.at,
  };
  await storeBid(tables, bid, facts, isComplete && bidCount === 1n ? [first] : []);
}

/** A bid for a standing maximum: notifies the bidder whom it outbid, if any, once until they lead again. */
export async function handleProxyBid(
  tables: NotificationTables,
  event: EventOf<ProxyBidPlaced>,
): Promise<void> {
  const { title, outbidUserId, minimumNextBid } = event.body;
  const bid = toBid(event, { kind: 'stated', leads: true, outbid: outbidUserId.toLowerCase() || undefined });
  await storeBid(tables, bid, bidFacts(title, minimumNextBid, bid), []);
}

/** Stores a bid. After an auction's end nobody is notified about its bids, only about what they missed. */
async function storeBid(
  tables: NotificationTables,
  bid: Bid,
  facts: ItemFacts,
  toSeller: readonly Notice[],
): Promise<void> {
  const { itemId, userId, sequence, lead } = bid;
  const item = await tables.lockItem(itemId);
  await tables.keepFacts(itemId, sequence, facts);
  const leader = lead.kind === 'derived' ? await tables.leader(itemId) : undefined;
  const other = lead.kind === 'stated' ? lead.outbid : leader?.userId;
  const standings = await tables.standings(itemId, other === undefined ? [userId] : [userId, other]);
  const applied = applyBid(bid, { standings, leader });
  await tables.keepStandings(itemId, applied.standings);
  const ofBid = item.ending === undefined ? [...applied.notices, ...toSeller] : [];
  await tables.notify([...ofBid, ...missedNotices(item, bid)]);
}

/** The notices that a bidder missed because their bid arrives after a later event of the item. */
function missedNotices(item: ItemState, { userId, sequence }: Bid): readonly Notice[] {
  const bidder = [{ userId, hasBid: true }];
  const bidBefore = item.soon !== undefined && sequence < item.soon.sequence;
  return [
    ...(bidBefore ? endingSoonNotices(item, bidder) : []),
    ...cancelledNotices(item, bidder),
    ...closedNotices(item, bidder),
    ...relistedNotices(item, bidder),
  ];
}

function bidFacts(title: string, minimum: bigint, { price: { currency } }: Bid): ItemFacts {
  return { title: title || undefined, minimumNextBid: { amount: minimum, currency } };
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
  if (outbidUserId !== '')
    return { kind: 'stated', leads: true, outbid: outbidUserId.toLowerCase() || undefined };
  return sellerId === ''
    ? { kind: 'derived' }
    : { kind: 'stated', leads: bidCount === 1n, outbid: undefined };
}
