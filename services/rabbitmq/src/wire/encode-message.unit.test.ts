import { describe, expect, it } from 'vitest';
import { parseAmqpMessage } from './decode-message.ts';
import { encodedLength, encodeMessage, type OutgoingMessage } from './encode-message.ts';

const message = (change: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  messageId: '0199',
  subject: 'gavel.bids.bid_placed.a',
  contentType: 'application/protobuf',
  headers: { cloudEvents_id: '0199', cloudEvents_type: 'bids.v1.BidPlaced' },
  body: Buffer.from('hello'),
  ...change,
});

function encode(each: OutgoingMessage): Buffer {
  const length = encodedLength(each);
  const buffer = Buffer.alloc(length + 8, 0xee);
  const end = encodeMessage(each, buffer, 4);
  expect(end).toBe(length + 4);
  // Nothing is written outside the bytes that were reserved.
  expect(buffer.subarray(0, 4)).toEqual(Buffer.alloc(4, 0xee));
  expect(buffer.subarray(end)).toEqual(Buffer.alloc(4, 0xee));
  return buffer.subarray(4, end);
}

describe('encodeMessage', () => {
  it.each([
    ['short values', {}],
    ['no headers', { headers: {} }],
    ['an empty header', { headers: { a: '', b: 'c' } }],
    ['a header of 255 bytes', { headers: { a: 'x'.repeat(255) } }],
    ['a header of 256 bytes', { headers: { a: 'x'.repeat(256) } }],
    ['a header whose characters take several bytes', { headers: { ключ: '🎩'.repeat(64) } }],
    ['an empty body', { body: Buffer.alloc(0) }],
    ['a body of 256 bytes', { body: Buffer.alloc(256, 7) }],
    ['a body of 100,000 bytes', { body: Buffer.alloc(100_000, 7) }],
  ])('writes %s as they are read again', (_, change) => {
    const sent = message(change);
    const parsed = parseAmqpMessage(encode(sent));
    if (!parsed.ok) throw new Error(parsed.problem);
    expect(parsed.message.properties).toEqual(sent.headers);
    expect(Buffer.from(parsed.message.body)).toEqual(Buffer.from(sent.body));
  });
});
