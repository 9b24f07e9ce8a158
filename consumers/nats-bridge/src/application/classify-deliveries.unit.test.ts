import { type EventEnvelope, toHeaders } from '@gavel/proto/envelope';
import { expect, it } from 'vitest';
import { classifyDeliveries } from './classify-deliveries.ts';
import type { Delivery } from './ports.ts';

const item = '01900000-0000-7000-8000-000000000002';
const envelope: EventEnvelope = {
  id: '01900000-0000-7000-8000-000000000001',
  source: '/gavel/bids',
  type: 'bids.v1.BidPlaced',
  subject: `gavel.bids.bid_placed.${item}`,
  time: '2026-01-02T03:04:05.678Z',
  partitionkey: item,
  sequence: '7',
};

function delivery(change: Partial<EventEnvelope>, body = new Uint8Array(10)): Delivery {
  return {
    offset: 5n,
    storedAt: 0,
    content: { ok: true, headers: toHeaders({ ...envelope, ...change }), body },
  };
}

const classify = (deliveries: Delivery[]) => classifyDeliveries('gavel.bids', 100, deliveries);

it('an event type of a newer program is mirrored like any other', () => {
  const newer = { type: 'bids.v2.Unheard', subject: `gavel.bids.unheard.${item}` };
  expect(classify([delivery(newer)])).toMatchObject({
    events: [{ offset: 5n, envelope: newer }],
    unmirrored: [],
  });
});

it.each([
  ['bytes that are not a message', { offset: 5n, storedAt: 0, content: { ok: false, problem: 'no AMQP' } }],
  [
    'headers that are not an envelope',
    { ...delivery({}), content: { ok: true, headers: {}, body: new Uint8Array() } },
  ],
  ['a subject of another stream', delivery({ subject: `gavel.auth.user_created.${item}` })],
  ['an id that is not a UUID', delivery({ id: 'x\r\nNats-Rollup: all' })],
  ['a body above the limit', delivery({}, new Uint8Array(101))],
] as [string, Delivery][])('%s cannot be mirrored', (_, bad) => {
  const { events, unmirrored } = classify([bad, delivery({})]);
  expect(events).toHaveLength(1);
  expect(unmirrored).toMatchObject([{ offset: 5n, problem: expect.stringMatching(/./) }]);
});
