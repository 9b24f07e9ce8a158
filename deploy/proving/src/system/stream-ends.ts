import { type ChunkNote, inspectStream, type StreamInspector } from '@gavel/rabbitmq/stream-inspector';

/** How often to ask for the last chunk, five seconds each. Retention may remove a segment while the broker opens it. */
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
      const chunk = await lastChunk(inspector, partition);
      if (chunk !== undefined) last.set(partition, chunk.lastOffset);
    }
    return last;
  } finally {
    await inspector.close();
  }
}

async function lastChunk(inspector: StreamInspector, partition: string): Promise<ChunkNote | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await inspector.chunkAt(partition, 'last');
    } catch (error) {
      if (tries === TRIES)
        throw new Error(`${partition} holds messages, and its last chunk did not arrive`, { cause: error });
    }
  }
}
