import type { StreamName } from '@gavel/proto/topology';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import { readExtent } from './extent.ts';

/** One partition for `streams show`. */
export interface PartitionFacts {
  readonly partition: string;
  readonly exists: boolean;
  readonly first: bigint | null;
  readonly last: bigint | null;
  /** Offsets between the two; the broker's own bookkeeping may take a few. */
  readonly messages: bigint;
  readonly oldestAt: number | null;
  readonly newestAt: number | null;
  /** The last position that its relay has published into it. */
  readonly lastPublishingId: bigint | null;
}

/** Who publishes into a stream: the broker drops ids of this name at or below the last one seen. */
export function publisherOf(stream: StreamName): string {
  return `relay-${stream.slice('gavel.'.length)}`;
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
