/** Where letters of every work queue go first; direct, the parking queue's name is the key. */
export const DEAD_LETTER_EXCHANGE = 'gavel.dead_letters';

/** The queues of one consumer. */
export interface QueueNames {
  readonly main: string;
  readonly parked: string;
  /** The queue of a delay step. */
  retry(stepMs: number): string;
}

/** `gavel.<consumer>`, `gavel.<consumer>.parked` and `gavel.<consumer>.retry.<milliseconds>`. */
export function queueNames(consumer: string): QueueNames {
  const main = `gavel.${consumer}`;
  return { main, parked: `${main}.parked`, retry: (stepMs) => `${main}.retry.${stepMs}` };
}

/** Which delay queue an event goes through, and how long it stays in it. */
export interface RetryDelay {
  /** The queue's own delay, milliseconds: its messages leave no later. */
  readonly stepMs: number;
  /** This message's, milliseconds. */
  readonly expirationMs: number;
}

/**
 * The delay before redelivery number `delays + 1`. A random half of the step is taken off, so that events that failed
 * together do not come back together. Steps are queues of their own because a queue lets messages expire at its head only.
 */
export function retryDelay(delays: number, stepsMs: readonly number[], random = Math.random()): RetryDelay {
  const stepMs = stepsMs[Math.min(delays, stepsMs.length - 1)];
  if (stepMs === undefined) throw new RangeError('at least one delay is needed');
  return { stepMs, expirationMs: Math.ceil(stepMs / 2 + (stepMs / 2) * random) };
}
