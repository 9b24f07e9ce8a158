import { randomUUID } from 'node:crypto';
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { uuidv7 } from '@gavel/consumer-runtime/testing/foreign-producer';
import type { TopicMessage } from '@gavel/consumer-runtime/testing/topic-publisher';
import { toHeaders } from '@gavel/proto/envelope';
import { UserCreatedSchema } from '@gavel/proto/gen/auth/v1/events_pb';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import {
  AuctionClosedSchema,
  BidPlacedSchema,
  ItemCancelledSchema,
  ItemCreatedSchema,
} from '@gavel/proto/gen/bids/v1/events_pb';
import { findEvent } from '@gavel/proto/registry';
import { eventSubject } from '@gavel/proto/subjects';

/** An event as the relay publishes it to the exchange. */
function eventMessage<S extends DescMessage>(
  schema: S,
  aggregateId: string,
  sequence: number,
  body: MessageInitShape<S>,
): TopicMessage & { id: string } {
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

export const event = {
  created: (itemId: string, title: string) =>
    eventMessage(ItemCreatedSchema, itemId, 1, { itemId, sellerId: randomUUID(), title, createdAt: now() }),

  bid: (itemId: string, userId: string, sequence: number) =>
    eventMessage(BidPlacedSchema, itemId, sequence, {
      bidId: uuidv7(),
      itemId,
      userId,
      amount: BigInt(sequence * 100),
      currency: 'EUR',
      timestamp: now(),
    }),

  cancelled: (itemId: string, sequence: number) =>
    eventMessage(ItemCancelledSchema, itemId, sequence, {
      itemId,
      sellerId: randomUUID(),
      cancelledAt: now(),
    }),

  closed: (itemId: string, sellerId: string, sequence: number, winnerId?: string, outcome?: ItemOutcome) =>
    eventMessage(AuctionClosedSchema, itemId, sequence, {
      itemId,
      sellerId,
      closedAt: now(),
      outcome: outcome ?? (winnerId === undefined ? ItemOutcome.NO_BIDS : ItemOutcome.SOLD),
      ...(winnerId !== undefined && { winnerId, winningAmount: 12_300n, currency: 'EUR' }),
    }),

  userCreated: (userId: string, email: string, fullName: string) =>
    eventMessage(UserCreatedSchema, userId, 1, { userId, email, fullName, createdAt: now() }),
};
