import { SubscriptionRefused } from '@gavel/rabbitmq/event-source';
import type { StreamReader } from '@gavel/rabbitmq/stream-reader';
import { type BackOff, delayBefore, pause } from '@gavel/resilience';
import { reasonOf } from '../terminal/reason-of.ts';
import { readEvent, type SeenMessage } from './read-event.ts';

/** Where to start in a partition, and where to stop. */
export interface Track {
  readonly partition: string;
  /** The first offset to read. */
  readonly from: bigint;
  /** The offset after the last one to read; undefined for no end. */
  readonly end?: bigint;
}

export interface FollowOptions {
  readonly reader: StreamReader;
  readonly tracks: readonly Track[];
  /** Called with each message once, in the order of its partition. Returns `done` to end. */
  readonly onMessage: (message: SeenMessage) => 'continue' | 'done';
  /** Called when the connection is lost, and when the broker answers again. */
  readonly remark: (text: string) => void;
  /** Ends the reading. */
  readonly signal: AbortSignal;
  /** The pace of attempts to connect again; default: 0.5 to 5 s. */
  readonly pace?: BackOff;
  /** An outage that lasts longer ends the reading with an error; default: none does. */
  readonly giveUpMs?: number;
}

const PACE: BackOff = { firstMs: 500, maxMs: 5_000 };

/**
 * Reads partitions until all have reached their ends, `onMessage` says `done`, or the signal is aborted. While the broker is
 * unavailable it tries again until one of these, and continues after the last message. Throws SubscriptionRefused if retention
 * has removed the next message meanwhile, or the stream was recreated, and an error after an outage of `giveUpMs`.
 */
export async function followPartitions(options: FollowOptions): Promise<void> {
  const done = new AbortController();
  const signal = AbortSignal.any([options.signal, done.signal]);
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const outage = new Outage(options.remark);
  const finish = (): void => done.abort();
  const followed = options.tracks.map((track) => followOne(track, { ...options, signal }, outage, finish));
  try {
    // Nothing ends a reader that waits for messages, until the caller closes it: so it is not waited for.
    await Promise.race([Promise.all(followed), stopped]);
  } finally {
    finish();
  }
}

async function followOne(
  { partition, from, end }: Track,
  { reader, onMessage, signal, pace = PACE, giveUpMs }: FollowOptions,
  outage: Outage,
  finish: () => void,
): Promise<void> {
  let next = from;
  let failures = 0;
  while (!signal.aborted && (end === undefined || next < end)) {
    try {
      for await (const batch of reader.read(partition, next, () => outage.ended())) {
        failures = 0;
        for (const delivery of batch) {
          if (signal.aborted || (end !== undefined && delivery.offset >= end)) return;
          next = delivery.offset + 1n;
          if (onMessage(readEvent(partition, delivery)) === 'done') return finish();
        }
        if (end !== undefined && next >= end) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof SubscriptionRefused) throw error;
      failures += 1;
      outage.began(error);
      if (giveUpMs !== undefined && outage.lastsMs() > giveUpMs) {
        const seconds = Math.round(giveUpMs / 1000);
        throw new Error(`the broker was lost for ${seconds} s: ${reasonOf(error)}`, { cause: error });
      }
      await pause(delayBefore(failures, pace), signal);
    }
  }
}

/** Says once that an outage has begun, and once that it is over, however many partitions notice it. */
class Outage {
  #since: number | undefined;
  readonly #remark: (text: string) => void;

  constructor(remark: (text: string) => void) {
    this.#remark = remark;
  }

  began(error: unknown): void {
    if (this.#since !== undefined) return;
    this.#remark(`the broker is lost, trying to connect again: ${reasonOf(error)}`);
    this.#since = performance.now();
  }

  /** How long it has lasted; 0 while there is none. */
  lastsMs(): number {
    return this.#since === undefined ? 0 : performance.now() - this.#since;
  }

  ended(): void {
    if (this.#since !== undefined) this.#remark('connected again');
    this.#since = undefined;
  }
}
