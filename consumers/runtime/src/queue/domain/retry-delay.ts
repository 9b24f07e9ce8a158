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
