import 'server-only';
import { fromHeaders } from '@gavel/proto/envelope';

/** The events after which an auction may look different to everybody. */
const visible: ReadonlySet<string> = new Set([
  'bids.v1.BidPlaced',
  'bids.v1.ProxyBidPlaced',
  'bids.v1.ItemUpdated',
  'bids.v1.ItemCancelled',
  'bids.v1.AuctionStarted',
  'bids.v1.AuctionExtended',
  'bids.v1.AuctionClosed',
]);

/** The id of the item that an event may have changed; undefined for an event that no page shows. */
export function changedItemOf(headers: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const parsed = fromHeaders(headers);
  return parsed.ok && visible.has(parsed.envelope.type) ? parsed.envelope.partitionkey : undefined;
}
