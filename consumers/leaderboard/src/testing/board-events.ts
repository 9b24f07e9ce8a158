import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type ForeignMessage, uuidv7 } from '@gavel/consumer-runtime/testing/foreign-producer';
import { toHeaders } from '@gavel/proto/envelope';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import {
  AuctionClosedSchema,
  BidPlacedSchema,
  ProxyBidPlacedSchema,
} from '@gavel/proto/gen/bids/v1/events_pb';
import { partitionFor } from '@gavel/proto/partitioner';
import { findEvent } from '@gavel/proto/registry';
import { eventSubject } from '@gavel/proto/subjects';
import type { BoardFact } from '../domain/fold-events.ts';

/** An event as the relay would publish it, and the partition that it belongs to. */
export interface BoardMessage extends ForeignMessage {
  readonly partition: string;
}

/** The event of a bid (with `automatic`, of a standing maximum's answer) or of a closed auction. */
export function boardMessage(fact: BoardFact, sequence: bigint, automatic = false): BoardMessage {
  const { itemId } = fact;
  if (fact.kind === 'bid') {
    const { userId, amount, placedAt } = fact;
    const bid = {
      bidId: uuidv7(),
      itemId,
      userId,
      amount,
      timestamp: placedAt.toISOString(),
      currency: 'USD',
    };
    return automatic
      ? message(ProxyBidPlacedSchema, itemId, sequence, { ...bid, outbidUserId: uuidv7() })
      : message(BidPlacedSchema, itemId, sequence, bid);
  }
  const sale = { outcome: ItemOutcome.SOLD, winnerId: uuidv7(), winningAmount: 100n };
  return message(AuctionClosedSchema, itemId, sequence, {
    itemId,
    sellerId: fact.soldBy ?? uuidv7(),
    ...(fact.soldBy === undefined ? { outcome: ItemOutcome.NO_BIDS } : sale),
    currency: 'USD',
    closedAt: fact.closedAt.toISOString(),
  });
}

function message<S extends DescMessage>(
  schema: S,
  itemId: string,
  sequence: bigint,
  body: MessageInitShape<S>,
): BoardMessage {
  const definition = findEvent(schema.typeName);
  if (definition === undefined) throw new Error(`${schema.typeName} is not an event`);
  const properties = toHeaders({
    id: uuidv7(),
    source: definition.source,
    type: definition.type,
    subject: eventSubject(definition.context, definition.event, itemId),
    time: new Date().toISOString(),
    partitionkey: itemId,
    sequence: String(sequence),
  });
  return {
    partition: partitionFor('gavel.bids', itemId),
    properties,
    body: Buffer.from(toBinary(schema, create(schema, body))),
  };
}
