import 'server-only';
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { fromHeaders } from '@gavel/proto/envelope';
import { decodeEvent } from '@gavel/proto/events';
import { BidPlacedSchema, ProxyBidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import type { LiveMessage } from './live-pages.ts';

/** The effect of an event on open pages: the item, and the message for its pages. */
export interface LiveEvent {
  itemId: string;
  message: LiveMessage;
}

// These events change more of the page than the price, so the page is rendered again.
const rendersAgain: ReadonlySet<string> = new Set([
  'bids.v1.ItemUpdated',
  'bids.v1.ItemCancelled',
  'bids.v1.AuctionStarted',
  'bids.v1.AuctionExtended',
  'bids.v1.AuctionClosed',
]);

/** Reads one message; undefined for an event that no page shows. Throws when a bid's event is invalid. */
export function readEvent(
  headers: Readonly<Record<string, unknown>> | undefined,
  body: Uint8Array,
): LiveEvent | undefined {
  const parsed = fromHeaders(headers);
  if (!parsed.ok) return undefined;
  const { type, partitionkey: itemId } = parsed.envelope;
  if (rendersAgain.has(type)) return { itemId, message: { kind: 'changed' } };
  if (type === 'bids.v1.BidPlaced') {
    const bid = decode(BidPlacedSchema, body);
    // Events from before maximum bids existed have no highest bid: the bid itself was the highest.
    const currentHighestBid = bid.currentHighestBid || bid.amount;
    return { itemId, message: priceOf({ ...bid, currentHighestBid }) };
  }
  if (type === 'bids.v1.ProxyBidPlaced') {
    const bid = decode(ProxyBidPlacedSchema, body);
    return { itemId, message: priceOf({ ...bid, currentHighestBid: bid.amount }) };
  }
  return undefined;
}

function decode<S extends DescMessage>(schema: S, body: Uint8Array): MessageShape<S> {
  const decoded = decodeEvent(schema, body);
  if (!decoded.ok) throw new Error(`${schema.typeName}: ${decoded.problem}`);
  return decoded.body;
}

function priceOf(bid: { currentHighestBid: bigint; minimumNextBid: bigint; bidCount: bigint }): LiveMessage {
  const update = {
    currentHighestBid: bid.currentHighestBid.toString(),
    minimumNextBid: bid.minimumNextBid.toString(),
    bidCount: Number(bid.bidCount),
  };
  return { kind: 'price', update };
}
