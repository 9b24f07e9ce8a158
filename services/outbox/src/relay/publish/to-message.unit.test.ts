import { partitionFor } from '@gavel/proto/partitioner';
import { describe, expect, it } from 'vitest';
import type { ClaimedRow } from '../read/row-reader.ts';
import { toMessage, withTransport } from './to-message.ts';

const row = {
  id: 1,
  position: 7,
  eventId: '01900000-0000-7000-8000-000000000001',
  type: 'bids.v1.BidPlaced',
  subject: 'gavel.bids.bid_placed.item',
  stream: 'gavel.bids',
  aggregateId: 'item',
  sequence: '3',
  time: new Date('2026-01-02T03:04:05.678Z'),
  traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  tracestate: null,
  body: Buffer.from('body'),
  createdAt: new Date(),
};

describe('toMessage', () => {
  it('returns the row in CloudEvents binary mode, for the partition of its aggregate', () => {
    expect(toMessage(row)).toEqual({
      ok: true,
      message: {
        position: 7,
        eventId: row.eventId,
        partition: partitionFor('gavel.bids', 'item'),
        subject: row.subject,
        type: row.type,
        time: row.time,
        body: row.body,
        headers: {
          cloudEvents_specversion: '1.0',
          cloudEvents_id: row.eventId,
          cloudEvents_source: '/gavel/bids',
          cloudEvents_type: row.type,
          cloudEvents_subject: row.subject,
          cloudEvents_time: '2026-01-02T03:04:05.678Z',
          cloudEvents_partitionkey: 'item',
          cloudEvents_sequence: '0000000000000000003',
          cloudEvents_dataschema: 'https://type.googleapis.com/bids.v1.BidPlaced',
          cloudEvents_traceparent: row.traceparent,
        },
      },
    });
  });

  it('keeps the original context of the event in addition to the context of the publish span', () => {
    const encoded = toMessage(row);
    if (!encoded.ok) throw new Error(encoded.problem);
    expect(withTransport(encoded.message, { traceparent: 'own' }).headers).toMatchObject({
      traceparent: 'own',
      cloudEvents_traceparent: row.traceparent,
    });
  });

  it.each([
    ['an unknown type', { type: 'bids.v1.Nonsense' }, 'not in the registry'],
    ['the stream of another context', { stream: 'gavel.auth' }, 'belongs to gavel.bids'],
    ['a broken subject', { subject: 'gavel.>' }, 'not a subject'],
    ['an unknown stream', { stream: 'gavel.nowhere' }, 'belongs to gavel.bids'],
    ['a time that is infinite', { time: Number.POSITIVE_INFINITY }, 'time'],
    ['a time that is not valid', { time: new Date(Number.NaN) }, 'time'],
    ['a time before 1970', { time: new Date(-1) }, 'time'],
    ['a time of appending that is infinite', { createdAt: Number.NEGATIVE_INFINITY }, 'time'],
    ['no aggregate', { aggregateId: '' }, 'partitionkey'],
    ['an aggregate that is not in the subject', { aggregateId: 'other' }, 'partitionkey'],
    ['more bytes than a frame', { body: Buffer.alloc(1_048_576) }, 'do not fit'],
  ])('names the problem of a row with %s', (_, change, problem) => {
    expect(toMessage({ ...row, ...change } as ClaimedRow)).toEqual({
      ok: false,
      problem: expect.stringContaining(problem),
    });
  });
});
