import { randomUUID } from 'node:crypto';
import { bidMessage, type EventMessage } from '@gavel/consumer-runtime/testing/foreign-producer';
import { partitionFor } from '@gavel/proto/partitioner';
import { expect } from 'vitest';
import type { MirroredMessage } from './mirrored-messages.ts';

/** The id of an aggregate whose events go to the given partition of gavel.bids. */
export function itemIn(partition: string): string {
  for (;;) {
    const id = randomUUID();
    if (partitionFor('gavel.bids', id) === partition) return id;
  }
}

/** Bids on the items in turn. Each item's versions start at `first`. */
export function numberedBids(items: readonly string[], count: number, first = 1): EventMessage[] {
  const userId = randomUUID();
  return Array.from({ length: count }, (_, i) =>
    bidMessage(
      { itemId: items[i % items.length] as string, userId, amount: BigInt(100 + i) },
      first + Math.floor(i / items.length),
    ),
  );
}

/** Fails unless the mirror holds exactly the given events, each once, and those of each aggregate in order. */
export function expectExactly(mirrored: readonly MirroredMessage[], sent: readonly EventMessage[]): void {
  expect(mirrored.map(({ id }) => id).toSorted()).toEqual(sent.map(({ envelope }) => envelope.id).toSorted());
  const last = new Map<string, bigint>();
  for (const { aggregate, version } of mirrored) {
    expect(version).toBe((last.get(aggregate) ?? 0n) + 1n);
    last.set(aggregate, version);
  }
}
