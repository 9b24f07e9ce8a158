import { isMissingStream, type StreamInspector } from '@gavel/rabbitmq/stream-inspector';

/** The offsets that a partition holds now. */
export interface Extent {
  readonly partition: string;
  /** The first offset; equal to `next` for an empty partition. */
  readonly first: bigint;
  /** The offset of the next message. */
  readonly next: bigint;
  /** The first offset of the newest chunk. */
  readonly newestChunk: bigint;
  /** When the oldest and the newest chunk were stored, in milliseconds since the epoch. */
  readonly oldestAt: number | undefined;
  readonly newestAt: number | undefined;
}

/** The extent of a partition; undefined if it does not exist. */
export async function readExtent(inspector: StreamInspector, partition: string): Promise<Extent | undefined> {
  try {
    const [first, last] = [
      await inspector.chunkAt(partition, 'first'),
      await inspector.chunkAt(partition, 'last'),
    ];
    if (first === undefined || last === undefined) {
      return { partition, first: 0n, next: 0n, newestChunk: 0n, oldestAt: undefined, newestAt: undefined };
    }
    return {
      partition,
      first: first.firstOffset,
      next: last.lastOffset + 1n,
      newestChunk: last.firstOffset,
      oldestAt: first.storedAt,
      newestAt: last.storedAt,
    };
  } catch (error) {
    if (isMissingStream(error)) return undefined;
    throw error;
  }
}
