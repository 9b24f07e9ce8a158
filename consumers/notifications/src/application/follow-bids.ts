import type { BidPlaced, ItemBoughtNow, ProxyBidPlaced } from '@gavel/proto/gen/bids/v1/events_pb';
import { type Bid, followBid, type Lead } from '../domain/follow-bid.ts';
import { type ItemState, tellCancelled, tellEndingSoon } from '../domain/item-state.ts';
import type { Notice } from '../domain/notice.ts';
import type { Followed } from './follow-event.ts';
import type { NotificationTables } from './notification-tables.ts';

/** A bid: tells whoever led until then, once, however often the lead's new owner raises it. */
export async function followBidPlaced(tables: NotificationTables, event: Followed<BidPlaced>): Promise<void> {
  const { title } = event.body;
  const bid = toBid(event, leadOf(event.body));
  const item = await tables.lockItem(bid.itemId);
  if (title !== '') await tables.keepTitle(bid.itemId, title, bid.sequence);
  const outbid = await keepBid(tables, bid);
  await tables.notify([...(item.ending === undefined ? outbid : []), ...tellLate(item, bid)]);
}

/** A standing maximum's answer: tells the bidder whom it answered, once until they have led. */
export async function followProxyBid(
  tables: NotificationTables,
  event: Followed<ProxyBidPlaced>,
): Promise<void> {
  const { title, outbidUserId } = event.body;
  const bid = toBid(event, { kind: 'told', leads: true, outbid: outbidUserId.toLowerCase() });
  const item = await tables.lockItem(bid.itemId);
  if (title !== '') await tables.keepTitle(bid.itemId, title, bid.sequence);
  const outbid = await keepBid(tables, bid);
  await tables.notify([...(item.ending === undefined ? outbid : []), ...tellLate(item, bid)]);
}

/** A purchase: tells whoever led until then, also when the closing, which it always brings, has come before it. */
export async function followBoughtNow(
  tables: NotificationTables,
  event: Followed<ItemBoughtNow>,
): Promise<void> {
  const { buyerId, ...body } = event.body;
  const bid = toBid({ ...event, body: { ...body, userId: buyerId } }, { kind: 'derived' });
  await tables.lockItem(bid.itemId);
  await tables.notify(await keepBid(tables, bid));
}

async function keepBid(tables: NotificationTables, bid: Bid): Promise<readonly Notice[]> {
  const { itemId, userId, lead } = bid;
  const leader = lead.kind === 'derived' ? await tables.leader(itemId) : undefined;
  const other = lead.kind === 'told' ? lead.outbid : leader?.userId;
  const standings = await tables.standings(itemId, other === undefined ? [userId] : [userId, other]);
  const followed = followBid(bid, { standings, leader });
  await tables.keepStandings(itemId, followed.standings);
  return followed.notices;
}

/** What a bidder has missed whose bid comes after an event that it was made before. */
function tellLate(item: ItemState, { userId, sequence }: Bid): readonly Notice[] {
  const bidBefore = item.soon !== undefined && sequence < item.soon.sequence;
  return [...tellCancelled(item, [userId]), ...(bidBefore ? tellEndingSoon(item, [userId]) : [])];
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
    price: { amount, currency },
    at: new Date(timestamp),
    lead,
  };
}

/**
 * Events name the seller since they name who was outbid. Where they name nobody, the bid is the first, its bidder led
 * already, or a standing maximum answers it: only the first is sure to lead.
 */
function leadOf({ sellerId, outbidUserId, bidCount }: BidPlaced): Lead {
  if (outbidUserId !== '') return { kind: 'told', leads: true, outbid: outbidUserId.toLowerCase() };
  return sellerId === '' ? { kind: 'derived' } : { kind: 'told', leads: bidCount === 1n, outbid: undefined };
}
