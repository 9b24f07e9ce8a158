import { readExtent } from '@gavel/consumer-runtime/extent';
import { type EventEnvelope, fromHeaders } from '@gavel/proto/envelope';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import type { StreamReader } from '@gavel/rabbitmq/stream-reader';

/** Where an event is stored in its stream. */
export interface StreamTrace {
  readonly partition: string;
  readonly offset: bigint;
  /** When the broker stored its chunk. */
  readonly storedAt: Date;
  readonly envelope: EventEnvelope;
}

/** The clocks of database and broker may differ by this much. */
const CLOCK_DIFFERENCE_MS = 5_000;

/**
 * Looks for an event in a partition. Reads from shortly before `since` (when the event got its position, which is before it
 * was published) to shortly after `until` (when it was confirmed), or to the end. A partition that starts after `until` was
 * recreated and is read to its end. Returns a sentence if the event is not there.
 */
export async function findInStream(
  inspector: StreamInspector,
  reader: StreamReader,
  partition: string,
  eventId: string,
  { since, until }: { readonly since: Date; readonly until: Date | null },
): Promise<StreamTrace | string> {
  const extent = await readExtent(inspector, partition);
  if (extent === undefined) return `${partition} is missing`;
  if (extent.oldestAt === undefined) return `not in ${partition}, which is empty`;
  const missing =
    extent.oldestAt > since.getTime() + CLOCK_DIFFERENCE_MS
      ? `not in ${partition}, which starts at ${new Date(extent.oldestAt).toISOString()}`
      : `not in ${partition}`;
  const start = await inspector.chunkAt(partition, { moment: since.getTime() - CLOCK_DIFFERENCE_MS });
  if (start === undefined) return missing;
  const last = (until?.getTime() ?? Number.POSITIVE_INFINITY) + CLOCK_DIFFERENCE_MS;
  const isLater = extent.oldestAt > last;
  for await (const batch of reader.read(partition, start.firstOffset)) {
    for (const { offset, storedAt, content } of batch) {
      const parsed = content.ok ? fromHeaders(content.headers) : undefined;
      if (parsed?.ok && parsed.envelope.id === eventId) {
        return { partition, offset, storedAt: new Date(storedAt), envelope: parsed.envelope };
      }
      if (offset + 1n >= extent.next || (storedAt > last && !isLater)) return missing;
    }
  }
  return missing;
}
