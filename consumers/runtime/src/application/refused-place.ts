import { createLogger } from '@gavel/observability/logger';
import type { EventSource, StartRefusal } from '@gavel/rabbitmq/event-source';
import { type BackOff, delayBefore, pause } from '@gavel/resilience';
import { type Checkpoint, isSamePlace, messageMark } from './checkpoint.ts';

const log = createLogger('consumer');

/** How often a refused partition looks whether somebody has set its checkpoint. */
const PACE: BackOff = { firstMs: 2_000, maxMs: 10_000 };

/** What lies in a partition that is refused, and is not read. */
export interface Unread {
  readonly messages: number;
  /** When the oldest of it was stored, milliseconds since the epoch; undefined when there is nothing. */
  readonly oldest: number | undefined;
}

export interface RefusedPlaceOptions {
  readonly partition: string;
  readonly source: EventSource;
  readonly readCheckpoint: () => Promise<Checkpoint>;
  /** Told what lies there, at once and at each look at which the broker answers. */
  readonly onUnread: (unread: Unread) => void;
  readonly signal: AbortSignal;
}

/**
 * Waits at a place that cannot be read. A stream that grows does not become the one that was lost: somebody who sets the
 * checkpoint ends this, also to the number that it had. Or the very message that was applied is found at its offset again:
 * the broker had spoken for a replica that was behind.
 */
export async function untilReadable(
  options: RefusedPlaceOptions,
  refused: Checkpoint,
  refusal: StartRefusal,
): Promise<void> {
  const { signal, readCheckpoint } = options;
  for (let looks = 1; !signal.aborted; looks++) {
    await measure(options, refused, refusal);
    await pause(delayBefore(looks, PACE), signal);
    // While the database is away there is nothing to see; the next look is soon.
    const stored = await readCheckpoint().catch(() => refused);
    if (!isSamePlace(stored, refused) || (await isThereAgain(options, refused))) return;
  }
}

async function measure(
  { partition, source, onUnread }: RefusedPlaceOptions,
  { offset }: Checkpoint,
  { reason }: StartRefusal,
): Promise<void> {
  try {
    const [newest, oldest] = [await source.newestOffset(partition), await source.oldestStoredAt(partition)];
    // Of a stream that was made anew nothing was read, whatever the old one's offset says.
    const read = reason === 'retention-passed' ? (offset ?? -1n) : -1n;
    onUnread({ messages: newest === undefined || newest < read ? 0 : Number(newest - read), oldest });
  } catch (error) {
    log.debug({ partition, err: error }, 'what is not read cannot be measured now');
  }
}

async function isThereAgain(options: RefusedPlaceOptions, { offset, mark }: Checkpoint): Promise<boolean> {
  if (offset === null || mark === null) return false;
  const { partition, source, signal } = options;
  try {
    const subscription = await source.subscribe(partition, { at: offset });
    const stop = (): void => void subscription.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const [last] = (await subscription.take(1)) ?? [];
      return last?.offset === offset && messageMark(last) === mark;
    } finally {
      signal.removeEventListener('abort', stop);
      await subscription.close();
    }
  } catch (error) {
    log.debug({ partition, err: error }, 'still cannot be read');
    return false;
  }
}
