import { create, toJson } from '@bufbuild/protobuf';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { v7 as uuid } from 'uuid';
import { bidPlaced } from '../sample-events.ts';
import type { PeerEvent } from './peer.ts';

/** The bench's BidPlaced events in the peers' form: the same facts as JSON, about 300 bytes. */
export function peerEvents(count: number): PeerEvent[] {
  return Array.from({ length: count }, (_, n) => {
    const aggregateId = uuid();
    const body = create(BidPlacedSchema, bidPlaced(aggregateId, uuid(), BigInt(n + 1)));
    return { id: uuid(), aggregateId, payload: toJson(BidPlacedSchema, body) as Record<string, unknown> };
  });
}
