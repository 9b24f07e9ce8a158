import 'server-only';
import { fromBinary } from '@bufbuild/protobuf';
import { fromHeaders } from '@gavel/proto/envelope';
import { findEvent } from '@gavel/proto/registry';
import type { ConsumeMessage } from 'amqplib';

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

/** The events that change what one person alone sees of an item. */
const personal: ReadonlySet<string> = new Set([
  'bids.v1.MaximumRaised',
  'bids.v1.ItemWatched',
  'bids.v1.ItemUnwatched',
]);

/** What an event may have changed. */
export interface Change {
  readonly itemId: string;
  /** `everybody`: the item's public state. `person`: only what the people below see. `nobody`: nothing on a page of the item. */
  readonly seenBy: 'everybody' | 'person' | 'nobody';
  /** The people whom the event names: they may have a new notification. */
  readonly people: readonly string[];
}

/** What an event may have changed; undefined for a message that is no event of this release. */
export function changeOf(message: Pick<ConsumeMessage, 'content' | 'properties'>): Change | undefined {
  const parsed = fromHeaders(message.properties.headers);
  if (!parsed.ok) return undefined;
  const { type, partitionkey } = parsed.envelope;
  const definition = findEvent(type);
  if (!definition) return undefined;
  const seenBy = visible.has(type) ? 'everybody' : personal.has(type) ? 'person' : 'nobody';
  return { itemId: partitionkey, seenBy, people: peopleOf(fromBinary(definition.schema, message.content)) };
}

const fields = ['userId', 'outbidUserId', 'sellerId', 'winnerId', 'buyerId'];

function peopleOf(body: object): string[] {
  const values = Object.entries(body).flatMap(([field, value]) => (fields.includes(field) ? [value] : []));
  return [...new Set(values.filter((value) => typeof value === 'string' && value !== ''))];
}
