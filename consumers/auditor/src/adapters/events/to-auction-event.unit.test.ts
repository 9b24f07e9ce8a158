import { create } from '@bufbuild/protobuf';
import { publishedHistories } from '@gavel/bids-service/testing/published-histories';
import type { ReceivedEvent } from '@gavel/consumer-runtime/define-consumer';
import { eventMessage } from '@gavel/consumer-runtime/testing/foreign-producer';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { auditEvents } from '../../domain/audit-events.ts';
import { type AuditedType, auditedTypes, toAuctionEvent } from './to-auction-event.ts';

it('the events of any auction that the engine runs break no rule', () => {
  fc.assert(
    fc.property(publishedHistories, (history) => {
      const events = history.map(({ schema, body, aggregateId, sequence, time = new Date() }) => {
        const { envelope } = eventMessage(schema, aggregateId, sequence, body, { time: time.toISOString() });
        return toAuctionEvent({ envelope, body: create(schema, body) } as ReceivedEvent<AuditedType>);
      });
      expect(auditEvents(new Map(), events).findings).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});

it('takes every event of an item, because a missing type would look like a gap', () => {
  const seen = new Set<string>();
  for (const history of fc.sample(publishedHistories, 300))
    for (const { schema } of history) seen.add(schema.typeName);
  const taken = auditedTypes.map(({ typeName }) => typeName as string);
  expect([...seen].filter((type) => !taken.includes(type))).toEqual([]);
});
