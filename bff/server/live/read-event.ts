import { fromBinary } from '@bufbuild/protobuf';
import { fromHeaders } from '@gavel/proto/envelope';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import type { LiveMessage } from './live-pages.ts';

/** What a message of the topic exchange means for open pages: the item it is about and what they hear. */
export interface LiveEvent {
  itemId: string;
  message: LiveMessage;
}

const seenElsewhere: ReadonlySet<string> = new Set([
  'bids.v1.ItemUpdated',
  'bids.v1.ItemCancelled',
  'bids.v1.AuctionClosed',
]);

/** Reads one message; undefined for what no open page is interested in. Throws when a known body is malformed. */
export function readEvent(
  headers: Readonly<Record<string, unknown>> | undefined,
  body: Uint8Array,
): LiveEvent | undefined {
  const parsed = fromHeaders(headers);
  if (!parsed.ok) return undefined;
  const { type, partitionkey: itemId } = parsed.envelope;
  if (seenElsewhere.has(type)) return { itemId, message: { kind: 'changed' } };
  if (type !== 'bids.v1.BidPlaced') return undefined;
  const bid = fromBinary(BidPlacedSchema, body);
  const update = {
    currentHighestBid: bid.amount.toString(),
    minimumNextBid: bid.minimumNextBid.toString(),
    bidCount: Number(bid.bidCount),
  };
  return { itemId, message: { kind: 'price', update } };
}
