/** Dead letters of every queue consumer go through this direct exchange; the routing key is the name of the parking queue. */
export const DEAD_LETTER_EXCHANGE = 'gavel.dead_letters';

/** The queues of one consumer. */
export interface QueueNames {
  readonly main: string;
  readonly parked: string;
  /** The queue for retries after one of the delays, in milliseconds. */
  retry(delayMs: number): string;
}

/** `gavel.<consumer>`, `gavel.<consumer>.parked` and `gavel.<consumer>.retry.<milliseconds>`. */
export function queueNames(consumer: string): QueueNames {
  const main = `gavel.${consumer}`;
  return { main, parked: `${main}.parked`, retry: (delayMs) => `${main}.retry.${delayMs}` };
}

/** Which retry queue an event goes through, and how long it stays there. */
export interface RetryDelay {
  /** The longest delay of the queue, milliseconds. */
  readonly stepMs: number;
  /** The delay of this event, milliseconds. */
  readonly expirationMs: number;
}

/**
 * The delay before redelivery number `delays + 1`. Up to half of the step is subtracted at random, so that events that
 * failed together do not return at the same time. Each step has its own queue because messages expire only at a queue's
 * head.
 */
export function retryDelay(delays: number, stepsMs: readonly number[], random = Math.random()): RetryDelay {
  const stepMs = stepsMs[Math.min(delays, stepsMs.length - 1)];
  if (stepMs === undefined) throw new RangeError('at least one delay is needed');
  return { stepMs, expirationMs: Math.ceil(stepMs / 2 + (stepMs / 2) * random) };
}
