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

/** Appends a standing backlog of BidPlaced events with the real append, spread over a thousand auctions. */
export async function appendBacklog(pool: Pool, events: number): Promise<void> {
  const auctions = Array.from({ length: AUCTIONS }, () => uuid());
  const bidders = Array.from({ length: BIDDERS }, () => uuid());
  for (let start = 0; start < events; start += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, events - start) }, (_, i) => start + i);
    await transaction(pool, (tx) =>
      append(
        tx,
        numbers.map((n) => {
          const itemId = auctions[n % AUCTIONS] as string;
          const sequence = BigInt(Math.floor(n / AUCTIONS) + 1);
          const body = bidPlaced(itemId, bidders[(n * 7) % BIDDERS] as string, sequence);
          return { schema: BidPlacedSchema, aggregateId: itemId, sequence, body };
        }),
      ),
    );
  }
}

/** What BidPlaced holds in these measurements. */
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
  readonly subject: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** Messages as the relay would send them, for the raw clients: same bodies, same headers. */
export function wireEvents(count: number): WireEvent[] {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  return Array.from({ length: count }, (_, n) => {
    const itemId = uuid();
    const subject = eventSubject('bids', 'bid_placed', itemId);
    const body = Buffer.from(
      toBinary(BidPlacedSchema, create(BidPlacedSchema, bidPlaced(itemId, uuid(), BigInt(n + 1)))),
    );
    const headers = toHeaders({
      id: uuid(),
      source: '/gavel/bids',
      type: BidPlacedSchema.typeName,
      subject,
      time: new Date().toISOString(),
      partitionkey: itemId,
      sequence: String(n + 1),
      traceparent,
    });
    return { subject, headers, body };
  });
}
