import type { StreamReader } from '@gavel/rabbitmq/stream-reader';
import type { Extent } from './extent.ts';
import { readEvent, type SeenMessage } from './read-event.ts';
import { isSelected } from './select-subject.ts';

/** Up to `limit` messages of a partition from an offset to its end as it is now. */
export async function peekPartition(
  reader: StreamReader,
  extent: Extent,
  from: bigint,
  options: { readonly subject?: string | undefined; readonly limit: number },
): Promise<SeenMessage[]> {
  const found: SeenMessage[] = [];
  if (from >= extent.next) return found;
  for await (const batch of reader.read(extent.partition, from)) {
    for (const delivery of batch) {
      const message = readEvent(extent.partition, delivery);
      if (delivery.offset < extent.next && isSelected(message, options.subject)) found.push(message);
      if (delivery.offset + 1n >= extent.next || found.length >= options.limit) return found;
    }
  }
  return found;
}

/** By the broker's clock, then by place: partitions have no order among each other but time. */
export function inTimeOrder(messages: SeenMessage[]): SeenMessage[] {
  return messages.sort(
    (a, b) =>
      a.storedAt.localeCompare(b.storedAt) ||
      a.partition.localeCompare(b.partition) ||
      Number(a.offset - b.offset),
  );
}
