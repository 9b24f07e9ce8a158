import { createLogger } from '@gavel/observability/logger';
import type { EventSource, StartRefusal } from '@gavel/rabbitmq/event-source';
import { type BackOff, delayBefore, pause } from '@gavel/resilience';
import { type Checkpoint, isUnchanged, messageFingerprint } from './checkpoint.ts';

const log = createLogger('consumer');

/** How often a refused partition is checked again. */
const CHECK_PACE: BackOff = { firstMs: 2_000, maxMs: 10_000 };

/** The messages of a refused partition that the consumer does not read. */
export interface Unread {
  readonly messages: number;
  /** When the oldest of them was stored, milliseconds since the epoch; undefined when there is none. */
  readonly oldest: number | undefined;
}

export interface RefusedPartition {
  readonly partition: string;
  readonly source: EventSource;
  readonly readCheckpoint: () => Promise<Checkpoint>;
  /** Called at once and at each check at which the broker answers. */
  readonly onUnread: (unread: Unread) => void;
  readonly signal: AbortSignal;
}

/**
 * Waits while a partition cannot be read from its checkpoint. Two things end the wait: somebody writes the checkpoint, even
 * with the same offset, or the message that was committed last is at its offset again, because the broker had answered from
 * a replica that was behind. Growth of the stream does not end the wait: it is still not the stream that was read.
 */
export async function waitUntilReadable(
  refused: RefusedPartition,
  checkpoint: Checkpoint,
  refusal: StartRefusal,
): Promise<void> {
  const { signal, readCheckpoint } = refused;
  for (let checks = 1; !signal.aborted; checks++) {
    await measureUnread(refused, checkpoint, refusal);
    await pause(delayBefore(checks, CHECK_PACE), signal);
    // While the database is unavailable the checkpoint counts as unchanged; the next check is soon.
    const stored = await readCheckpoint().catch(() => checkpoint);
    if (!isUnchanged(stored, checkpoint) || (await isMessageBack(refused, checkpoint))) return;
  }
}

async function measureUnread(
  { partition, source, onUnread }: RefusedPartition,
  { offset }: Checkpoint,
  { reason }: StartRefusal,
): Promise<void> {
  try {
    const [newest, oldest] = [await source.newestOffset(partition), await source.oldestStoredAt(partition)];
    // Nothing of a recreated stream has been read, whatever offset the checkpoint has.
    const read = reason === 'retention-passed' ? (offset ?? -1n) : -1n;
    onUnread({ messages: newest === undefined || newest < read ? 0 : Number(newest - read), oldest });
  } catch (error) {
    log.debug({ partition, err: error }, 'cannot measure what is unread');
  }
}

async function isMessageBack(
  { partition, source, signal }: RefusedPartition,
  { offset, fingerprint }: Checkpoint,
): Promise<boolean> {
  if (offset === null || fingerprint === null) return false;
  try {
    const subscription = await source.subscribe(partition, { at: offset });
    const stop = (): void => void subscription.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const [first] = (await subscription.take(1)) ?? [];
      return first?.offset === offset && messageFingerprint(first) === fingerprint;
    } finally {
      signal.removeEventListener('abort', stop);
      await subscription.close();
    }
  } catch (error) {
    log.debug({ partition, err: error }, 'still cannot be read');
    return false;
  }
}
