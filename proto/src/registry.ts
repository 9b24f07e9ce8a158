import { type DescMessage, fromBinary, type Message } from '@bufbuild/protobuf';
import { UserCreatedSchema } from '../gen/auth/v1/events_pb.ts';
import {
  AuctionClosedSchema,
  AuctionEndingSoonSchema,
  AuctionExtendedSchema,
  AuctionStartedSchema,
  BidPlacedSchema,
  ItemBoughtNowSchema,
  ItemCancelledSchema,
  ItemCreatedSchema,
  ItemRelistedSchema,
  ItemUnwatchedSchema,
  ItemUpdatedSchema,
  ItemWatchedSchema,
  MaximumRaisedSchema,
  ProxyBidPlacedSchema,
} from '../gen/bids/v1/events_pb.ts';
import type { StreamName } from './topology.ts';

/** What Gavel knows of one event type. */
export interface EventDefinition {
  /** CloudEvents `type`: the body's full protobuf name, for example `bids.v1.BidPlaced`. */
  readonly type: string;
  readonly schema: DescMessage;
  /** CloudEvents `source`, the context that states the fact. */
  readonly source: `/gavel/${string}`;
  /** Second token of the subject. */
  readonly context: 'auth' | 'bids';
  /** Third token of the subject. */
  readonly event: string;
  readonly stream: StreamName;
}

/** Every event there is. An event that is not here cannot be appended, and a consumer parks it as unknown. */
export const eventDefinitions: readonly EventDefinition[] = [
  define(UserCreatedSchema, 'auth', 'user_created'),
  define(ItemCreatedSchema, 'bids', 'item_created'),
  define(ItemUpdatedSchema, 'bids', 'item_updated'),
  define(ItemCancelledSchema, 'bids', 'item_cancelled'),
  define(BidPlacedSchema, 'bids', 'bid_placed'),
  define(ProxyBidPlacedSchema, 'bids', 'proxy_bid_placed'),
  define(MaximumRaisedSchema, 'bids', 'maximum_raised'),
  define(AuctionStartedSchema, 'bids', 'auction_started'),
  define(AuctionExtendedSchema, 'bids', 'auction_extended'),
  define(AuctionEndingSoonSchema, 'bids', 'auction_ending_soon'),
  define(ItemBoughtNowSchema, 'bids', 'item_bought_now'),
  define(AuctionClosedSchema, 'bids', 'auction_closed'),
  define(ItemRelistedSchema, 'bids', 'item_relisted'),
  define(ItemWatchedSchema, 'bids', 'item_watched'),
  define(ItemUnwatchedSchema, 'bids', 'item_unwatched'),
];

const byType = new Map(eventDefinitions.map((definition) => [definition.type, definition]));

/** The definition of an event type, or undefined for a type that Gavel does not know. */
export function findEvent(type: string): EventDefinition | undefined {
  return byType.get(type);
}

/** Decodes an event's body. Throws when the bytes are not a message of that type. */
export function decodeBody(definition: EventDefinition, body: Uint8Array): Message {
  return fromBinary(definition.schema, body);
}

function define(schema: DescMessage, context: 'auth' | 'bids', event: string): EventDefinition {
  return {
    type: schema.typeName,
    schema,
    source: `/gavel/${context}`,
    context,
    event,
    stream: `gavel.${context}`,
  };
}
