import type { EventSource } from '@gavel/rabbitmq/event-source';
import { createStreamSource } from '@gavel/rabbitmq/stream-source';

/**
 * The stream, read by all members of a group at the same time. The broker prevents this, but a member that it considers dead
 * may still read. Then only the checkpoint's compare-and-set protects the projection.
 */
export function createUngroupedSource(streamUrl: string): EventSource {
  const source = createStreamSource(streamUrl, 'ungrouped');
  return {
    subscribe: (partition, from) => source.subscribe(partition, from),
    newestOffset: (partition) => source.newestOffset(partition),
    oldestStoredAt: (partition) => source.oldestStoredAt(partition),
    join: (partition) => {
      let isFirst = true;
      return Promise.resolve({
        async whenActive(from, signal) {
          if (signal.aborted) return undefined;
          if (!isFirst) throw new Error('the subscription ended');
          isFirst = false;
          return source.subscribe(partition, await from());
        },
        close: () => Promise.resolve(),
      });
    },
    close: () => source.close(),
  };
}
