import { type StartPosition, SubscriptionRefused } from './event-source.ts';

/** What the broker tells of a stream. */
export interface StreamEnds {
  /** First offset that is still held, and first offset of the newest chunk; -1 while it never held anything. */
  stats(partition: string): Promise<{ readonly first: bigint; readonly newestChunk: bigint }>;
  /** The newest offset of a stream that holds something. */
  lastOffset(partition: string): Promise<bigint>;
}

/**
 * Throws `SubscriptionRefused` when the stream does not hold the position: the broker does not refuse it, it silently
 * starts elsewhere.
 */
export async function refuseLostOffsets(
  ends: StreamEnds,
  partition: string,
  from: StartPosition,
): Promise<void> {
  if (from === 'first') return;
  // Behind the last message there need be none; at it there has to be that one.
  const [wanted, last] = 'at' in from ? [from.at, from.at] : [from.after + 1n, from.after];
  const { first, newestChunk } = await ends.stats(partition);
  if (first > wanted) {
    throw new SubscriptionRefused(partition, { reason: 'retention-passed', wanted, first });
  }
  // The newest chunk's first offset is cheap to know; its last one has to be read.
  if (newestChunk >= last) return;
  const end = newestChunk < 0n ? -1n : await ends.lastOffset(partition);
  if (end < last) throw new SubscriptionRefused(partition, { reason: 'stream-shorter', wanted, last: end });
}
