import { create, toBinary } from '@bufbuild/protobuf';
import { type EventEnvelope, toHeaders } from '@gavel/proto/envelope';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { describe, expect, it } from 'vitest';
import { defineConsumer } from '../define-consumer.ts';
import { classifyDelivery } from './classify-delivery.ts';

const definition = defineConsumer({
  name: 'test',
  stream: 'gavel.bids',
  subscription: 'gavel.bids.bid_placed.*',
  types: [BidPlacedSchema],
  onFailure: { laterEvents: 'wait' },
  handle: () => Promise.resolve(),
});

const envelope: EventEnvelope = {
  id: '01900000-0000-7000-8000-000000000001',
  source: '/gavel/bids',
  type: 'bids.v1.BidPlaced',
  subject: 'gavel.bids.bid_placed.item',
  time: '2026-01-02T03:04:05.678Z',
  partitionkey: 'item',
  sequence: '7',
  traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
};
const bid = {
  bidId: '01900000-0000-7000-8000-000000000002',
  itemId: '01900000-0000-7000-8000-000000000003',
  userId: '01900000-0000-7000-8000-000000000004',
  amount: 5n,
  timestamp: '2026-01-02T03:04:05.678Z',
  currency: 'USD',
};
const bodyOf = (change: Partial<typeof bid>) =>
  toBinary(BidPlacedSchema, create(BidPlacedSchema, { ...bid, ...change }));
const body = bodyOf({});

const classify = (change: Partial<EventEnvelope>, bytes: Uint8Array = body) =>
  classifyDelivery(definition, {
    offset: 3n,
    storedAt: 0,
    content: { ok: true, headers: toHeaders({ ...envelope, ...change }), body: bytes },
  });

describe('classifyDelivery', () => {
  it('decodes an event that the consumer subscribes to and takes', () => {
    expect(classify({})).toMatchObject({
      kind: 'handle',
      event: { offset: 3n, envelope, body: { amount: 5n } },
    });
  });

  it('skips what the subscription does not select, known or not', () => {
    expect(classify({ subject: 'gavel.bids.item_created.item', type: 'bids.v1.ItemCreated' })).toEqual({
      kind: 'skip',
    });
    expect(classify({ subject: 'gavel.bids.withdrawn.item', type: 'bids.v1.Withdrawn' })).toEqual({
      kind: 'skip',
    });
  });

  it('skips a selected type that the handler does not take', () => {
    const wide = { ...definition, subscription: 'gavel.bids.>' };
    const headers = toHeaders({
      ...envelope,
      subject: 'gavel.bids.item_created.item',
      type: 'bids.v1.ItemCreated',
    });
    expect(classifyDelivery(wide, { offset: 0n, storedAt: 0, content: { ok: true, headers, body } })).toEqual(
      {
        kind: 'skip',
      },
    );
  });

  it('parks an unusable message with everything that is known about it', () => {
    const known = { eventId: envelope.id, aggregateId: 'item', traceId: 'a'.repeat(32), offset: 3n };
    expect(classify({ type: 'bids.v1.Withdrawn' })).toMatchObject({
      kind: 'park',
      deadLetter: { ...known, reason: 'unknown_type', eventType: 'bids.v1.Withdrawn' },
    });
    expect(classify({}, Buffer.from([0xff]))).toMatchObject({
      deadLetter: { ...known, reason: 'undecodable_body' },
    });
    expect(classify({}, bodyOf({ amount: 0n }))).toMatchObject({
      deadLetter: {
        ...known,
        reason: 'invalid_event',
        error: 'amount: must be greater than 0 [int64.gt]',
      },
    });
    expect(classify({ id: 'ONE' })).toMatchObject({ deadLetter: { reason: 'malformed_envelope' } });
    const content = { ok: false, problem: 'cut short', bytes: Buffer.from('x') } as const;
    expect(classifyDelivery(definition, { offset: 3n, storedAt: 0, content })).toEqual({
      kind: 'park',
      deadLetter: {
        offset: 3n,
        headers: {},
        body: content.bytes,
        reason: 'malformed_message',
        error: 'cut short',
        attempts: 1,
      },
    });
  });
});
