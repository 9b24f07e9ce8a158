import { expect, it } from 'vitest';
import { messageHeaders } from './message-headers.ts';

const item = '01900000-0000-7000-8000-000000000002';
const envelope = {
  id: '01900000-0000-7000-8000-000000000001',
  source: '/gavel/bids',
  type: 'bids.v1.BidPlaced',
  subject: `gavel.bids.bid_placed.${item}`,
  time: '2026-01-02T03:04:05.678Z',
  partitionkey: item,
  sequence: '7',
  traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  tracestate: 'x="50%" é\r\n',
};

it("keeps the event's trace context in addition to that of the publish span, and encodes every value", () => {
  const publishing = { traceparent: `00-${'a'.repeat(32)}-${'c'.repeat(16)}-01` };
  const positions = new Map([['gavel.bids-1', { offset: 4n, fingerprint: '000000000001' }]]);
  const result = messageHeaders(
    { offset: 4n, envelope, headers: {}, body: new Uint8Array() },
    'gavel.bids-1',
    positions,
    publishing,
  );
  expect(result.get('ce-specversion')).toBe('1.0');
  expect(result.get('ce-sequence')).toBe('0000000000000000007');
  expect(result.get('ce-dataschema')).toBe('https://type.googleapis.com/bids.v1.BidPlaced');
  expect(result.get('ce-traceparent')).toBe(envelope.traceparent);
  expect(result.get('traceparent')).toBe(publishing.traceparent);
  expect(result.get('ce-tracestate')).toBe('x=%2250%25%22%20%C3%A9%0D%0A');
  expect(result.get('Gavel-Positions')).toBe('gavel.bids-1=4:000000000001');
});
