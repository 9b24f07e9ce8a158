import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import type { EventSource, Subscription } from '@gavel/rabbitmq/event-source';
import { describe, expect, it } from 'vitest';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { startPartitionReader } from './partition-reader.ts';

/** A partition without messages. The test decides when the member becomes active. */
function quietPartition() {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  let asked = false;
  const ending = new AbortController();
  const subscription: Subscription = {
    take: () =>
      new Promise((resolve) => {
        ending.signal.addEventListener('abort', () => resolve(undefined));
      }),
    newestOffset: undefined,
    oldestWaiting: undefined,
    waiting: 0,
    ended: ending.signal,
    close: async () => ending.abort(),
  };
  const source: EventSource = {
    subscribe: () => Promise.resolve(subscription),
    newestOffset: () => Promise.resolve(undefined),
    oldestStoredAt: () => Promise.resolve(undefined),
    join: () =>
      Promise.resolve({
        async whenActive() {
          asked = true;
          await given;
          return subscription;
        },
        close: () => Promise.resolve(),
      }),
    close: () => Promise.resolve(),
  };
  return { source, give, isAsked: () => asked };
}

const definition: ConsumerDefinition = {
  name: 'reader',
  stream: 'gavel.bids',
  subscription: 'gavel.bids.>',
  types: [BidPlacedSchema],
  onFailure: { laterEvents: 'wait' },
  handle: async () => undefined,
};

describe('the reader of a partition', () => {
  it('stops even if it becomes active at the same moment and there is nothing to read', async () => {
    const { source, give, isAsked } = quietPartition();
    const reader = startPartitionReader({
      definition,
      partition: 'gavel.bids-0',
      source,
      store: {
        claim: () => Promise.resolve(new Set()),
        blocked: () => Promise.resolve(new Set()),
        park: () => Promise.resolve(),
      },
      commit: () => Promise.resolve({ kind: 'moved', version: '1' }),
      readCheckpoint: () => Promise.resolve({ offset: null, fingerprint: null, version: null }),
      batchLimit: 10,
      jitter: () => 0.5,
    });
    await expect.poll(isAsked).toBe(true);
    const stopped = reader.stop();
    give();
    await stopped;
    expect(reader.status().state).toBe('stopped');
  });
});
