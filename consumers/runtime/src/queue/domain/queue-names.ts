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
