import type { StreamInspector } from '@gavel/consumer-runtime/inspect-stream';
import type { StreamReader } from '@gavel/consumer-runtime/read-stream';
import { fromHeaders } from '@gavel/proto/envelope';
import { readExtent } from '../streams/extent.ts';

/** Where an event lies in its stream. */
export interface StreamTrace {
  readonly partition: string;
  readonly offset: bigint;
  /** When the broker stored its chunk. */
  readonly storedAt: Date;
}

/** Clocks of database and broker may differ by so much. */
const CLOCKS_MS = 5_000;

/**
 * Looks for an event in a partition, from shortly before a moment (when it got its position: it cannot have been
 * published before). Undefined when it is not there.
 */
export async function findInStream(
  inspector: StreamInspector,
  reader: StreamReader,
  partition: string,
  eventId: string,
  since: Date,
): Promise<StreamTrace | undefined> {
  const extent = await readExtent(inspector, partition);
  if (extent === undefined || extent.next === extent.first) return undefined;
  const start = await inspector.chunkAt(partition, { moment: since.getTime() - CLOCKS_MS });
  if (start === undefined) return undefined;
  for await (const batch of reader.read(partition, start.firstOffset)) {
    for (const { offset, storedAt, content } of batch) {
      const parsed = content.ok ? fromHeaders(content.headers) : undefined;
      if (parsed?.ok && parsed.envelope.id === eventId)
        return { partition, offset, storedAt: new Date(storedAt) };
      if (offset + 1n >= extent.next) return undefined;
    }
  }
  return undefined;
}
