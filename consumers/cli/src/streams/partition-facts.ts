import { readExtent } from '@gavel/consumer-runtime/extent';
import type { StreamName } from '@gavel/proto/topology';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import { outboxes } from '../outbox/outboxes.ts';

/** One partition for `streams show`. */
export interface PartitionFacts {
  readonly partition: string;
  readonly exists: boolean;
  readonly first: bigint | null;
  readonly last: bigint | null;
  /** Number of offsets in use. The broker may use a few for its own records. */
  readonly messages: bigint;
  readonly oldestAt: number | null;
  readonly newestAt: number | null;
  /** The last position that its relay has published to it. */
  readonly lastPublishingId: bigint | null;
}

/** The name under which a stream's relay publishes. The broker drops publishing ids of this name that it has already seen. */
export function publisherOf(stream: StreamName): string {
  const outbox = outboxes.find((each) => each.stream === stream);
  if (outbox === undefined) throw new Error(`no relay publishes to ${stream}`);
  return outbox.publisher;
}

export async function readPartitionFacts(
  inspector: StreamInspector,
  stream: StreamName,
  partition: string,
): Promise<PartitionFacts> {
  const extent = await readExtent(inspector, partition);
  if (extent === undefined) {
    return { ...nothing, partition, exists: false };
  }
  const lastPublishingId = await inspector.lastPublishingId(partition, publisherOf(stream));
  if (extent.next === extent.first) return { ...nothing, partition, exists: true, lastPublishingId };
  return {
    partition,
    exists: true,
    first: extent.first,
    last: extent.next - 1n,
    messages: extent.next - extent.first,
    oldestAt: extent.oldestAt ?? null,
    newestAt: extent.newestAt ?? null,
    lastPublishingId,
  };
}

const nothing = {
  first: null,
  last: null,
  messages: 0n,
  oldestAt: null,
  newestAt: null,
  lastPublishingId: null,
} as const;
