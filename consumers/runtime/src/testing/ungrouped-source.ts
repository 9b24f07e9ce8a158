import type { EventSource } from '@gavel/rabbitmq/event-source';
import { createStreamSource } from '@gavel/rabbitmq/stream-source';

/**
 * The stream, with every member of a group reading every partition at once: what the broker prevents, and what members
 * that it has given up on may still do. Only the checkpoint's compare-and-set stands between them.
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
