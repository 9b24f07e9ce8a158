import type {
  AuctionExtended,
  ItemCreated,
  ItemUpdated,
  MaximumRaised,
} from '@gavel/proto/gen/bids/v1/events_pb';
import type { ItemFacts } from '../domain/item-state.ts';
import type { EventOf, NotificationTables } from './ports.ts';

/** A new item: nobody is notified; its facts are stored for later notices and mails. */
export function handleCreated(tables: NotificationTables, event: EventOf<ItemCreated>): Promise<void> {
  const { title, sellerId, images, endAt, startPrice: amount, currency } = event.body;
  return keep(tables, event, {
    title,
    sellerId: sellerId.toLowerCase(),
    image: images[0] ?? '',
    endAt: new Date(endAt),
    minimumNextBid: { amount, currency },
  });
}

/** An edited item: nobody is notified; mails show its new title and picture. */
export function handleUpdated(tables: NotificationTables, event: EventOf<ItemUpdated>): Promise<void> {
  const { title, images } = event.body;
  return keep(tables, event, { title, image: images[0] ?? '' });
}

/** A later end: nobody is notified; mails show it. */
export function handleExtended(tables: NotificationTables, event: EventOf<AuctionExtended>): Promise<void> {
  return keep(tables, event, { endAt: new Date(event.body.endAt) });
}

/** A raised maximum is secret: nobody is notified. It may raise the price up to the reserve, and mails show the next minimum. */
export function handleMaximumRaised(
  tables: NotificationTables,
  event: EventOf<MaximumRaised>,
): Promise<void> {
  const { minimumNextBid: amount, currency } = event.body;
  return keep(tables, event, { minimumNextBid: { amount, currency } });
}

async function keep(
  tables: NotificationTables,
  { sequence, body: { itemId } }: EventOf<{ readonly itemId: string }>,
  facts: ItemFacts,
): Promise<void> {
  await tables.lockItem(itemId);
  await tables.keepFacts(itemId, sequence, facts);
}
