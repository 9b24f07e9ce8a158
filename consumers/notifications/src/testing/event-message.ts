import { randomUUID } from 'node:crypto';
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { uuidv7 } from '@gavel/consumer-runtime/testing/foreign-producer';
import type { TopicMessage } from '@gavel/consumer-runtime/testing/topic-publisher';
import { toHeaders } from '@gavel/proto/envelope';
import { UserCreatedSchema } from '@gavel/proto/gen/auth/v1/events_pb';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import {
  AuctionClosedSchema,
  AuctionEndingSoonSchema,
  BidPlacedSchema,
  ItemBoughtNowSchema,
  ItemCancelledSchema,
  ItemCreatedSchema,
  ItemUnwatchedSchema,
  ItemWatchedSchema,
  ProxyBidPlacedSchema,
} from '@gavel/proto/gen/bids/v1/events_pb';
import { findEvent } from '@gavel/proto/registry';
import { eventSubject } from '@gavel/proto/subjects';
import { v5 } from 'uuid';

/** A message that holds an event. */
export interface EventMessage extends TopicMessage {
  readonly id: string;
}

/** An event as the relay publishes it to the exchange. */
function eventMessage<S extends DescMessage>(
  schema: S,
  aggregateId: string,
  sequence: number,
  body: MessageInitShape<S>,
): EventMessage {
  const definition = findEvent(schema.typeName);
  if (definition === undefined) throw new Error(`${schema.typeName} is not an event`);
  const id = uuidv7();
  const subject = eventSubject(definition.context, definition.event, aggregateId);
  const headers = toHeaders({
    id,
    source: definition.source,
    type: definition.type,
    subject,
    time: new Date().toISOString(),
    partitionkey: aggregateId,
    sequence: String(sequence),
  });
  return { id, subject, headers, body: Buffer.from(toBinary(schema, create(schema, body))) };
}

const now = () => new Date().toISOString();
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const watchId = (itemId: string, userId: string) => v5(`${itemId}:${userId}`, v5.URL);

function bidFields(itemId: string, userId: string, sequence: number) {
  const amount = BigInt(sequence * 100);
  return { bidId: uuidv7(), itemId, userId, amount, currency: 'EUR', timestamp: now() };
}

export const event = {
  created: (itemId: string, title: string) =>
    eventMessage(ItemCreatedSchema, itemId, 1, {
      itemId,
      sellerId: randomUUID(),
      title,
      startPrice: 100n,
      currency: 'EUR',
      createdAt: now(),
      endAt: inMinutes(60),
    }),

  /** In the form of old events, which do not name the outbid bidder. */
  bid: (itemId: string, userId: string, sequence: number) =>
    eventMessage(BidPlacedSchema, itemId, sequence, bidFields(itemId, userId, sequence)),

  /** In today's form. Without an outbid bidder it is the first bid, the leader's own, or one that a proxy bid answers. */
  placed: (itemId: string, userId: string, sequence: number, outbidUserId = '', bidCount = sequence - 1) =>
    eventMessage(BidPlacedSchema, itemId, sequence, {
      ...bidFields(itemId, userId, sequence),
      outbidUserId,
      bidCount: BigInt(bidCount),
      currentHighestBid: BigInt(sequence * 100),
      sellerId: randomUUID(),
      title: 'A titled bid',
    }),

  proxyBid: (itemId: string, userId: string, sequence: number, outbidUserId: string) =>
    eventMessage(ProxyBidPlacedSchema, itemId, sequence, {
      ...bidFields(itemId, userId, sequence),
      outbidUserId,
    }),

  boughtNow: (itemId: string, buyerId: string, sequence: number) =>
    eventMessage(ItemBoughtNowSchema, itemId, sequence, {
      itemId,
      buyerId,
      sellerId: randomUUID(),
      amount: 9_900n,
      currency: 'EUR',
      timestamp: now(),
    }),

  endingSoon: (itemId: string, sequence: number, { endAt = inMinutes(10), amount = 300n } = {}) =>
    eventMessage(AuctionEndingSoonSchema, itemId, sequence, {
      itemId,
      sellerId: randomUUID(),
      title: 'An item in its last minutes',
      endAt,
      currentHighestBid: amount,
      currency: 'EUR',
      timestamp: now(),
    }),

  watched: (itemId: string, userId: string, version: number, timestamp = now()) =>
    eventMessage(ItemWatchedSchema, watchId(itemId, userId), version, { itemId, userId, timestamp }),

  unwatched: (itemId: string, userId: string, version: number) =>
    eventMessage(ItemUnwatchedSchema, watchId(itemId, userId), version, { itemId, userId, timestamp: now() }),

  cancelled: (itemId: string, sequence: number, sellerId: string = randomUUID()) =>
    eventMessage(ItemCancelledSchema, itemId, sequence, { itemId, sellerId, cancelledAt: now() }),

  closed: (itemId: string, sellerId: string, sequence: number, winnerId?: string, outcome?: ItemOutcome) =>
    eventMessage(AuctionClosedSchema, itemId, sequence, {
      itemId,
      sellerId,
      closedAt: now(),
      currency: 'EUR',
      outcome: outcome ?? (winnerId === undefined ? ItemOutcome.NO_BIDS : ItemOutcome.SOLD),
      ...(winnerId !== undefined && { winnerId, winningAmount: 12_300n }),
    }),

  userCreated: (userId: string, email: string, fullName: string) =>
    eventMessage(UserCreatedSchema, userId, 1, { userId, email, fullName, createdAt: now() }),
};
