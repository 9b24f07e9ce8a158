import { type StartPosition, SubscriptionRefused } from './event-source.ts';

/** The first and last offsets of a stream, as the broker reports them. */
export interface StreamEnds {
  /**
   * The first offset that the stream still holds, and the first offset of the newest chunk; -1 while the stream has
   * never held anything.
   */
  stats(partition: string): Promise<{ readonly first: bigint; readonly newestChunk: bigint }>;
  /** The newest offset of a stream that holds something. */
  lastOffset(partition: string): Promise<bigint>;
}

/**
 * Throws `SubscriptionRefused` when the stream does not hold the position. The broker itself does not refuse such a position
 * but silently starts somewhere else.
 */
export async function refuseLostOffsets(
  ends: StreamEnds,
  partition: string,
  from: StartPosition,
): Promise<void> {
  if (from === 'first') return;
  // Reading after the last message is valid; an offset to read `at` must exist.
  const [wanted, last] = 'at' in from ? [from.at, from.at] : [from.after + 1n, from.after];
  const { first, newestChunk } = await ends.stats(partition);
  if (first > wanted) {
    throw new SubscriptionRefused(partition, { reason: 'retention-passed', wanted, first });
  }
  // The newest chunk's first offset is known; its last offset has to be read from the chunk.
  if (newestChunk >= last) return;
  const end = newestChunk < 0n ? -1n : await ends.lastOffset(partition);
  if (end < last) throw new SubscriptionRefused(partition, { reason: 'stream-shorter', wanted, last: end });
}
