import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { BidPlacedSchema } from '../gen/bids/v1/events_pb.ts';
import { decodeBody, eventDefinitions, findEvent } from './registry.ts';
import { eventSubject } from './subjects.ts';

describe('registry', () => {
  it('names every type once, and every subject token is valid', () => {
    expect(new Set(eventDefinitions.map((d) => d.type)).size).toBe(eventDefinitions.length);
    expect(new Set(eventDefinitions.map((d) => d.event)).size).toBe(eventDefinitions.length);
    for (const d of eventDefinitions) expect(eventSubject(d.context, d.event, 'x')).toContain(d.event);
  });

  it('decodes a body by its type and knows no other type', () => {
    const definition = findEvent('bids.v1.BidPlaced');
    const body = toBinary(BidPlacedSchema, create(BidPlacedSchema, { amount: 12n }));
    expect(definition && decodeBody(definition, body)).toMatchObject({ amount: 12n });
    expect(findEvent('bids.v1.Nonsense')).toBeUndefined();
  });
});
