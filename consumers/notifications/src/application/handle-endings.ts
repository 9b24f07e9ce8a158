import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { AuctionClosed, ItemCancelled } from '@gavel/proto/gen/bids/v1/events_pb';
import { cancelledNotices, closedNotices, resultNotices } from '../domain/item-notices.ts';
import type { Ending, Result } from '../domain/item-state.ts';
import type { EventOf, NotificationTables } from './ports.ts';

/** A withdrawal: notifies everyone who has bid or watches, except the seller, who withdrew it. */
export async function handleCancelled(
  tables: NotificationTables,
  { id, sequence, body }: EventOf<ItemCancelled>,
): Promise<void> {
  const { itemId, title, cancelledAt } = body;
  const ending: Ending = { kind: 'cancelled', eventId: id, at: new Date(cancelledAt), result: undefined };
  const known = await tables.lockItem(itemId);
  const sellerId = body.sellerId.toLowerCase() || known.sellerId;
  await tables.keepFacts(itemId, sequence, { title: title || undefined, sellerId });
  await tables.keepEnding(itemId, ending);
  await tables.notify(
    cancelledNotices({ ...known, sellerId, ending }, await tables.audience(itemId, ending.at)),
  );
}

/** The auction's end: notifies the seller, the winner if there is one, and everyone else who has bid or watches. */
export async function handleClosed(
  tables: NotificationTables,
  { id, sequence, body }: EventOf<AuctionClosed>,
): Promise<void> {
  const { itemId, title, closedAt } = body;
  const ending: Ending = { kind: 'closed', eventId: id, at: new Date(closedAt), result: resultOf(body) };
  const sellerId = body.sellerId.toLowerCase();
  const known = await tables.lockItem(itemId);
  await tables.keepFacts(itemId, sequence, { title: title || undefined, sellerId });
  await tables.keepEnding(itemId, ending);
  const item = { ...known, sellerId, ending };
  await tables.notify([
    ...resultNotices(item),
    ...closedNotices(item, await tables.audience(itemId, ending.at)),
  ]);
}

function resultOf(body: AuctionClosed): Result {
  if (body.outcome !== ItemOutcome.SOLD) {
    const outcome = body.outcome === ItemOutcome.RESERVE_NOT_MET ? 'reserve_not_met' : 'no_bids';
    return { outcome, winnerId: undefined, price: undefined };
  }
  // Only a purchase closes an auction before its scheduled end. Old events do not state that end.
  const isEarly = body.endAt !== '' && new Date(body.closedAt) < new Date(body.endAt);
  return {
    outcome: isEarly ? 'bought_now' : 'sold',
    winnerId: body.winnerId.toLowerCase(),
    price: { amount: body.winningAmount, currency: body.currency },
  };
}
