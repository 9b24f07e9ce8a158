import { inspectStream } from '@gavel/rabbitmq/stream-inspector';

/** A partition that holds messages shows its last chunk within so many tries of three seconds. */
const TRIES = 5;

/**
 * The offset of the last message of each partition, as the broker's own newest chunk says; none for a partition that
 * holds nothing. Only with it does a reader know that it has read everything: silence may be a busy machine.
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
        if (tries === TRIES) throw new Error(`${partition} holds messages and its last chunk never came`);
      }
    }
    return last;
  } finally {
    await inspector.close();
  }
}
