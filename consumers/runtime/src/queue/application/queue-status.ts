/** How a queue consumer stands, for health and for people. */
export interface QueueConsumerStatus {
  readonly consumer: string;
  readonly queue: string;
  readonly state: /** Working, or waiting for something to work on. */
    | 'running'
    /** On its way to the broker. */
    | 'connecting'
    /** Something failed that waiting may cure; it goes on by itself. */
    | 'retrying'
    | 'stopped';
  /** Messages waiting in the queue, a few seconds old. */
  readonly waiting: number;
  /** Messages delivered and not settled. */
  readonly inHand: number;
  /** What is wrong, while something is. */
  readonly problem?: string;
}
