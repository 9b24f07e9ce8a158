import { type EventEnvelope, fromHeaders } from '@gavel/proto/envelope';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import type { StreamReader } from '@gavel/rabbitmq/stream-reader';
import { readExtent } from '../streams/extent.ts';

/** Where an event lies in its stream. */
export interface StreamTrace {
  readonly partition: string;
  readonly offset: bigint;
  /** When the broker stored its chunk. */
  readonly storedAt: Date;
  readonly envelope: EventEnvelope;
}

/** Clocks of database and broker may differ by so much. */
const CLOCKS_MS = 5_000;

/**
 * Looks for an event in a partition, from shortly before a moment (when it got its position: it cannot have been
 * published before) to shortly after another (when it was confirmed), or to the end. A partition that begins later was made
 * anew since, and is read to its end. When it is not there, says so in words.
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
    extent.oldestAt > since.getTime() + CLOCKS_MS
      ? `not in ${partition}, which begins with ${new Date(extent.oldestAt).toISOString()}`
      : `not in ${partition}`;
  const start = await inspector.chunkAt(partition, { moment: since.getTime() - CLOCKS_MS });
  if (start === undefined) return missing;
  const last = (until?.getTime() ?? Number.POSITIVE_INFINITY) + CLOCKS_MS;
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
