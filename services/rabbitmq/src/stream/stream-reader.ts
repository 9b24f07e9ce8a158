import type { Delivery } from './event-source.ts';
import { createStreamSource } from './stream-source.ts';

/** Reads partitions outside any group and keeps no checkpoint. */
export interface StreamReader {
  /**
   * Messages in batches as they arrive, from an offset or from the first message still held. Does not end by itself. Throws
   * `SubscriptionRefused` for an offset that the stream does not hold, and an error when the connection is lost: a new
   * call then connects again.
   * @param onStart called when the broker has accepted the subscription
   */
  read(
    partition: string,
    from: bigint | 'first',
    onStart?: () => void,
  ): AsyncGenerator<readonly Delivery[], never>;
  close(): Promise<void>;
}

const BATCH = 1_000;

/** The first read opens the connection. `name` is shown in the broker's management pages. */
export function openStreamReader(streamUrl: string, name: string): StreamReader {
  const source = createStreamSource(streamUrl, name);
  return {
    async *read(partition, from, onStart) {
      const subscription = await source.subscribe(
        partition,
        from === 'first' || from === 0n ? 'first' : { after: from - 1n },
      );
      onStart?.();
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
