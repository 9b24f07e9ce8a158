import { inspectStream } from '@gavel/rabbitmq/stream-inspector';

/** How often to ask for the last chunk, three seconds each, before a partition counts as empty. */
const TRIES = 5;

/**
 * The offset of the last message of each partition, from the broker's newest chunk; empty partitions are left out. A reader
 * needs it to know that it has read everything, because a pause in the delivery may also mean a busy machine.
 */
export async function readLastOffsets(
  streamUrl: string,
  partitions: readonly string[],
): Promise<Map<string, bigint>> {
  const inspector = await inspectStream(streamUrl, 'proving');
  const last = new Map<string, bigint>();
  try {
    for (const partition of partitions) {
      for (let tries = 1; (await inspector.bounds(partition)) !== undefined; tries += 1) {
        const chunk = await inspector.chunkAt(partition, 'last');
        if (chunk !== undefined) {
          last.set(partition, chunk.lastOffset);
          break;
        }
        if (tries === TRIES)
          throw new Error(`${partition} holds messages, and its last chunk did not arrive`);
      }
    }
    return last;
  } finally {
    await inspector.close();
  }
}
