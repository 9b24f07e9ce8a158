import { fromBinary } from '@bufbuild/protobuf';
import { fromHeaders } from '@gavel/proto/envelope';
import { BidPlacedSchema, ProxyBidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import type { LiveMessage } from './live-pages.ts';

/** What a message of the topic exchange means for open pages: the item it is about and what they hear. */
export interface LiveEvent {
  itemId: string;
  message: LiveMessage;
}

const seenElsewhere: ReadonlySet<string> = new Set([
  'bids.v1.ItemUpdated',
  'bids.v1.ItemCancelled',
  'bids.v1.AuctionStarted',
  'bids.v1.AuctionExtended',
  'bids.v1.MaximumRaised',
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
  if (type === 'bids.v1.BidPlaced') {
    const bid = fromBinary(BidPlacedSchema, body);
    // Events of before maxima name no highest bid: then it was the bid itself.
    const currentHighestBid = bid.currentHighestBid || bid.amount;
    return { itemId, message: priceOf({ ...bid, currentHighestBid }) };
  }
  if (type === 'bids.v1.ProxyBidPlaced') {
    const bid = fromBinary(ProxyBidPlacedSchema, body);
    return { itemId, message: priceOf({ ...bid, currentHighestBid: bid.amount }) };
  }
  return undefined;
}

function priceOf(bid: { currentHighestBid: bigint; minimumNextBid: bigint; bidCount: bigint }): LiveMessage {
  const update = {
    currentHighestBid: bid.currentHighestBid.toString(),
    minimumNextBid: bid.minimumNextBid.toString(),
    bidCount: Number(bid.bidCount),
  };
  return { kind: 'price', update };
}
