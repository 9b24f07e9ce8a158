import type { Delivery } from './event-source.ts';
import { createStreamSource } from './stream-source.ts';

/** Reads partitions as they are, outside of any group: no checkpoint is kept. */
export interface StreamReader {
  /**
   * Messages in batches as they arrive, from an offset or the first that is still held, without an end. Throws
   * `SubscriptionRefused` for an offset that the stream does not hold, and an error when the connection is lost.
   */
  read(partition: string, from: bigint | 'first'): AsyncGenerator<readonly Delivery[], never>;
  close(): Promise<void>;
}

const BATCH = 1_000;

/** Opens nothing yet: the connection is made by the first read. `name` is shown in the broker's management pages. */
export function openStreamReader(streamUrl: string, name: string): StreamReader {
  const source = createStreamSource(streamUrl, name);
  return {
    async *read(partition, from) {
      const subscription = await source.subscribe(
        partition,
        from === 'first' || from === 0n ? 'first' : { after: from - 1n },
      );
      try {
        for (;;) {
          const batch = await subscription.take(BATCH);
          if (batch === undefined) throw new Error(`${partition}: the connection to the stream was lost`);
          yield batch;
        }
      } finally {
        await subscription.close();
      }
    },
    close: () => source.close(),
  };
}
