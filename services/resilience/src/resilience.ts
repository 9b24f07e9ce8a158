import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@gavel/observability/logger';
import { noJitterGenerator, TaskCancelledError, TimeoutStrategy, timeout } from 'cockatiel';

// The one place for retry delays, timeouts, pauses and loops that must keep running. Built on cockatiel.

/** The pace of retries: the first delay and the longest one, in milliseconds. */
export interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Something that works in the background until it is stopped. */
export interface Running {
  /** Resolves when the running work has ended. */
  stop(): Promise<void>;
}

/** A notification that is kept until a caller waits for it. */
export interface Signal {
  notify(): void;
  /** Resolves at once if there was a notification since the last wait, otherwise with the next one or after `ms`. */
  wait(ms: number): Promise<void>;
}

/** `withTimeout` gave up waiting. The work itself may still be running. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

// 2^30 times the first delay is longer than every maximum in use.
const MOST_DOUBLINGS = 30;
const LOOP_BACK_OFF: BackOff = { firstMs: 500, maxMs: 5_000 };

/**
 * How long to wait before the next attempt after `failures` failures in a row (1 or more), in milliseconds. The delay
 * doubles up to `maxMs`. A random part, up to a half, is subtracted, so that many instances do not retry at the same moment.
 * @param random from 0 to 1. Callers that pass the same number retry at the same time
 */
export function delayBefore(
  failures: number,
  { firstMs, maxMs }: BackOff,
  random: number = Math.random(),
): number {
  const [fullMs] = noJitterGenerator(Math.min(failures - 1, MOST_DOUBLINGS), {
    generator: noJitterGenerator,
    initialDelay: firstMs,
    maxDelay: maxMs,
    exponent: 2,
  });
  return fullMs / 2 + (fullMs / 2) * random;
}

/**
 * The promise's outcome, or a TimeoutError after `ms` milliseconds. Some client calls never settle when a server refuses them.
 * @param what for the error message: "opening a channel"
 */
export async function withTimeout<T>(what: string, ms: number, promise: Promise<T>): Promise<T> {
  try {
    return await timeout(ms, TimeoutStrategy.Aggressive).execute(() => promise);
  } catch (error) {
    if (!(error instanceof TaskCancelledError)) throw error;
    throw new TimeoutError(`${what}: no answer within ${ms} ms`);
  }
}

/** Resolves after `ms` milliseconds, or as soon as the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

/** A pause that a notification ends. */
export function createSignal(): Signal {
  let pending = false;
  let waiting = new AbortController();
  return {
    notify() {
      pending = true;
      waiting.abort();
    },
    async wait(ms) {
      if (!pending) {
        waiting = new AbortController();
        await pause(ms, waiting.signal);
      }
      pending = false;
    },
  };
}

/**
 * Runs `work` again and again and waits between two runs as many milliseconds as it returned. After a failure it waits
 * longer with each failure in a row (0.5 s to 5 s) and never gives up. The first failure of a series is logged, and the recovery.
 */
export function startLoop(
  name: string,
  work: (signal: AbortSignal) => Promise<number>,
  backOff: BackOff = LOOP_BACK_OFF,
): Running {
  const log = createLogger(name);
  const stopping = new AbortController();
  let failures = 0;

  const once = async (): Promise<number> => {
    try {
      const waitMs = await work(stopping.signal);
      if (failures > 0) log.info({ failures }, 'works again');
      failures = 0;
      return waitMs;
    } catch (error) {
      failures += 1;
      // During a stop, what the work needs may be closed already.
      if (failures === 1 && !stopping.signal.aborted) {
        log.error({ err: error }, 'failed; it is retried until it works');
      }
      return delayBefore(failures, backOff);
    }
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) await pause(await once(), stopping.signal);
  };
  const ended = run();
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}
