import { messageFingerprint } from '@gavel/consumer-runtime/checkpoint';
import {
  type EventSource,
  type StartPosition,
  type Subscription,
  SubscriptionRefused,
} from '@gavel/rabbitmq/event-source';
import type { ArchiveEnd } from '../application/ports.ts';
import { HistorySubscription } from './history-subscription.ts';
import { type ArchiveReader, readTimeline, type Timeline } from './timeline.ts';

/** A stream with its archived past. */
export interface HistorySource extends EventSource {
  /** What is archived of a partition, see Timeline. */
  timeline(partition: string): Promise<Timeline>;
  /**
   * The first archived offset that was stored at this moment (milliseconds since the epoch) or later; undefined when the
   * archive has none. Throws `BrokenSegment`.
   */
  offsetAt(partition: string, moment: number): Promise<bigint | undefined>;
}

/**
 * Reads the archive and then the stream, as one log. An offset that the archive has is read from the archive. `first` is the
 * oldest archived message; offsets before those of the stream that exists now are negative. `subscribe` and `take` throw
 * `SubscriptionRefused` when a segment is missing or damaged, and when retention has removed messages after the archive's end.
 */
export function createHistorySource(archive: ArchiveReader, stream: EventSource): HistorySource {
  /** The end of the archive if the stream that exists now continues it. */
  const findContinued = async (partition: string): Promise<ArchiveEnd | undefined> => {
    const end = await archive.end(partition);
    return end !== undefined && (await isContinued(stream, partition, end)) ? end : undefined;
  };
  const timeline = async (partition: string): Promise<Timeline> =>
    readTimeline(archive, partition, (await findContinued(partition)) !== undefined);

  return {
    timeline,
    async offsetAt(partition, moment) {
      const { segments } = await timeline(partition);
      let [low, high] = [0, segments.length];
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        const placed = segments[middle];
        if (placed === undefined) break;
        const { lastStoredAt } = await archive.manifest(placed.segment);
        if (Date.parse(lastStoredAt) < moment) low = middle + 1;
        else high = middle;
      }
      const found = segments[low];
      if (found === undefined) return undefined;
      const message = (await archive.read(found.segment)).find(({ storedAt }) => storedAt >= moment);
      return message && message.offset + found.shift;
    },
    async subscribe(partition, from) {
      const end = await findContinued(partition);
      const { segments, next } = await readTimeline(archive, partition, end !== undefined);
      const wanted = wantedOffset(from) ?? segments[0]?.first;
      if (wanted === undefined || wanted >= next) return stream.subscribe(partition, from);
      return new HistorySubscription({
        partition,
        segments: segments.filter(({ last }) => last >= wanted),
        from: wanted,
        read: ({ segment }) => archive.read(segment),
        continueInStream: (offset) => continueAfter(stream, partition, end, offset),
      });
    },
    newestOffset: (partition) => stream.newestOffset(partition),
    oldestStoredAt: (partition) => stream.oldestStoredAt(partition),
    join: (partition, group) => stream.join(partition, group),
    close: () => stream.close(),
  };
}

function wantedOffset(from: StartPosition): bigint | undefined {
  if (from === 'first') return undefined;
  return 'at' in from ? from.at : from.after + 1n;
}

/** The archive was read, which may have taken hours, so it is checked again that the stream continues it. */
async function continueAfter(
  stream: EventSource,
  partition: string,
  end: ArchiveEnd | undefined,
  next: bigint,
): Promise<Subscription> {
  if (end !== undefined && !(await isContinued(stream, partition, end))) {
    throw new Error(`${partition}: the stream was recreated while the archive was read`);
  }
  return stream.subscribe(partition, { after: next - 1n });
}

/** Whether the stream that exists now is the one that ends the archive. */
async function isContinued(stream: EventSource, partition: string, end: ArchiveEnd): Promise<boolean> {
  try {
    const subscription = await stream.subscribe(partition, { at: end.last });
    try {
      const [first] = (await subscription.take(1)) ?? [];
      if (first === undefined) throw new Error(`${partition}: the connection to the stream was lost`);
      return first.offset === end.last && messageFingerprint(first) === end.fingerprint;
    } finally {
      await subscription.close();
    }
  } catch (error) {
    if (!(error instanceof SubscriptionRefused)) throw error;
    // Retention has removed the message, so it cannot be compared. A stream that is too short is another one.
    return error.refusal.reason === 'retention-passed';
  }
}
