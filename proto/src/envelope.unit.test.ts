import { describe, expect, it } from 'vitest';
import { type EventEnvelope, fromHeaders, toHeaders } from './envelope.ts';

const envelope: EventEnvelope = {
  id: '01900000-0000-7000-8000-000000000001',
  source: '/gavel/bids',
  type: 'bids.v1.BidPlaced',
  subject: 'gavel.bids.bid_placed.01900000-0000-7000-8000-000000000002',
  time: '2026-01-02T03:04:05.678Z',
  partitionkey: '01900000-0000-7000-8000-000000000002',
  sequence: '7',
};

describe('envelope', () => {
  it('is unchanged after writing to headers and reading back', () => {
    expect(fromHeaders(toHeaders(envelope))).toEqual({ ok: true, envelope });
    const traced = {
      ...envelope,
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      tracestate: 'x=y',
    };
    expect(fromHeaders(toHeaders(traced))).toEqual({ ok: true, envelope: traced });
  });

  it('consists of flat, non-empty strings', () => {
    const headers = toHeaders({ ...envelope, traceparent: '', tracestate: '' });
    for (const value of Object.values(headers)) {
      expect(typeof value).toBe('string');
      expect(value).not.toBe('');
    }
  });

  it('has sequences that are ordered as text', () => {
    const sequences = ['1', '2', '9', '10', '11', '99', '100', '2147483648', '9223372036854775807'];
    const onTheWire = sequences.map((sequence) => toHeaders({ ...envelope, sequence }).cloudEvents_sequence);
    expect(onTheWire.toSorted()).toEqual(onTheWire);
    expect(new Set(onTheWire.map((text) => text?.length))).toEqual(new Set([19]));
    expect(onTheWire[3]).toBe('0000000000000000010');
  });

  it('is read from messages of older releases, which have no leading zeros and no dataschema', () => {
    const { cloudEvents_dataschema: _, ...older } = toHeaders(envelope);
    expect(fromHeaders({ ...older, cloudEvents_sequence: '7' })).toEqual({ ok: true, envelope });
  });

  it('names the schema of the body with an absolute URI that ends with the message type', () => {
    const uri = new URL(toHeaders(envelope).cloudEvents_dataschema ?? '');
    expect(uri.href).toBe('https://type.googleapis.com/bids.v1.BidPlaced');
  });

  it.each([
    ['nothing', undefined],
    ['no specversion', { ...toHeaders(envelope), cloudEvents_specversion: undefined }],
    ['a number as id', { ...toHeaders(envelope), cloudEvents_id: 5 }],
    ['an empty type', { ...toHeaders(envelope), cloudEvents_type: '' }],
    ['a wildcard subject', { ...toHeaders(envelope), cloudEvents_subject: 'gavel.>' }],
    ['the key of another aggregate', { ...toHeaders(envelope), cloudEvents_partitionkey: 'other' }],
    [
      'a key of two tokens',
      { ...toHeaders(envelope), cloudEvents_partitionkey: `bid_placed.${envelope.partitionkey}` },
    ],
    ['a key without end', { ...toHeaders(envelope), cloudEvents_partitionkey: 'k'.repeat(3_000) }],
    ['sequence zero', { ...toHeaders(envelope), cloudEvents_sequence: '0' }],
    ['sequence zero with leading zeros', { ...toHeaders(envelope), cloudEvents_sequence: '0'.repeat(19) }],
    ['a sequence over 64 bits', { ...toHeaders(envelope), cloudEvents_sequence: '9223372036854775808' }],
    ['a sequence with 20 digits', { ...toHeaders(envelope), cloudEvents_sequence: '1'.repeat(20) }],
    ['a sequence with a sign', { ...toHeaders(envelope), cloudEvents_sequence: '+7' }],
    ['no date', { ...toHeaders(envelope), cloudEvents_time: 'yesterday' }],
  ])('names the problem of headers with %s', (_, headers) => {
    expect(fromHeaders(headers).ok).toBe(false);
  });
});
