import { randomUUID } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { type EventMessage, eventMessage } from '@gavel/consumer-runtime/testing/foreign-producer';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import { AuctionClosedSchema } from '@gavel/proto/gen/bids/v1/events_pb';

type Change = MessageInitShape<typeof AuctionClosedSchema> & { sellerId: string };

/** The event of an auction without bids; `change` overrides fields. */
export function auctionClosed({ itemId = randomUUID(), ...change }: Change): EventMessage {
  return eventMessage(AuctionClosedSchema, itemId, 2, {
    itemId,
    outcome: ItemOutcome.NO_BIDS,
    currency: 'EUR',
    closedAt: new Date().toISOString(),
    ...change,
  });
}

/** The event of an auction with a winner. */
export function auctionSold(sellerId: string, currency: string, winningAmount: bigint): EventMessage {
  const sale = { outcome: ItemOutcome.SOLD, winnerId: randomUUID(), winningAmount, currency };
  return auctionClosed({ sellerId, ...sale });
}
