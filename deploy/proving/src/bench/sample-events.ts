import { create, toBinary } from '@bufbuild/protobuf';
import { append } from '@gavel/outbox/append';
import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { toHeaders } from '@gavel/proto/envelope';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { eventSubject } from '@gavel/proto/subjects';
import { v7 as uuid } from 'uuid';

const BATCH = 500;
const AUCTIONS = 1_000;
const BIDDERS = 1_000;

/** Appends a backlog of BidPlaced events with the real `append`, spread over a thousand auctions. */
export async function appendBacklog(pool: Pool, events: number): Promise<void> {
  const next = manyBids();
  for (let start = 0; start < events; start += BATCH) {
    await transaction(pool, (tx) =>
      append(
        tx,
        Array.from({ length: Math.min(BATCH, events - start) }, () => {
          const { itemId, sequence, body } = next();
          return { schema: BidPlacedSchema, aggregateId: itemId, sequence, body };
        }),
      ),
    );
  }
}

/** Bids of a thousand bidders on a thousand auctions. The versions of each auction have no gaps. */
function manyBids() {
  const auctions = Array.from({ length: AUCTIONS }, () => uuid());
  const bidders = Array.from({ length: BIDDERS }, () => uuid());
  let n = 0;
  return () => {
    const itemId = auctions[n % AUCTIONS] as string;
    const sequence = BigInt(Math.floor(n / AUCTIONS) + 1);
    const body = bidPlaced(itemId, bidders[(n * 7) % BIDDERS] as string, sequence);
    n += 1;
    return { itemId, sequence, body };
  };
}

/** The fields of BidPlaced in these measurements. */
export function bidPlaced(itemId: string, userId: string, sequence: bigint) {
  const timestamp = new Date().toISOString();
  const amount = sequence * 100n;
  return {
    bidId: uuid(),
    itemId,
    userId,
    amount,
    timestamp,
    currency: 'USD',
    minimumNextBid: amount + 1n,
    bidCount: sequence,
  };
}

export interface WireEvent {
  readonly aggregateId: string;
  readonly subject: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/**
 * Messages for the raw clients, one per call, as the relay would send them: same bodies and headers. They have no trace context,
 * like events from a process without telemetry.
 */
export function wireEvents(): () => WireEvent {
  const next = manyBids();
  return () => {
    const { itemId, sequence, body } = next();
    const subject = eventSubject('bids', 'bid_placed', itemId);
    const headers = toHeaders({
      id: uuid(),
      source: '/gavel/bids',
      type: BidPlacedSchema.typeName,
      subject,
      time: body.timestamp,
      partitionkey: itemId,
      sequence: String(sequence),
    });
    return {
      aggregateId: itemId,
      subject,
      headers,
      body: Buffer.from(toBinary(BidPlacedSchema, create(BidPlacedSchema, body))),
    };
  };
}
