import type { Session } from '@gavel/rabbitmq/supervise-session';
import type { DeliveredEvent } from '../../application/classify-delivery.ts';
import type { QueueDeadLetter } from '../../application/dead-letter.ts';

/** One message that the queue has delivered. It is neither acknowledged nor rejected yet. */
export interface QueuedDelivery {
  /** All headers of the producer as text, without the broker's `x-` headers. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** How often it was delivered before and not acknowledged, because the consumer or its connection ended. */
  readonly redeliveries: number;
  /** How often the handler has failed on it. */
  readonly attempts: number;
  /** How often it has been delayed. */
  readonly delays: number;
  /** Aborted when the delivery can no longer be acknowledged: the broker will deliver the message again. */
  readonly lost: AbortSignal;
  /**
   * Reports the result to the broker. Never throws; if the broker does not receive the result, it delivers the message
   * again.
   */
  finish(result: DeliveryResult): Promise<void>;
}

/** The result of a delivery. */
export type DeliveryResult =
  | { readonly kind: 'done'; readonly outcome: 'handled' | 'duplicate' | 'passed' }
  /** The dead letter is in the database; the message itself goes to the queue for parked messages. */
  | { readonly kind: 'parked' }
  /** To be delivered again after a delay, with these counts. */
  | { readonly kind: 'retry'; readonly attempts: number; readonly delays: number; readonly error: unknown }
  /** The session or the consumer ended first: the broker delivers the message again. */
  | { readonly kind: 'abandoned' };

/** One uninterrupted subscription to a queue. After its end the broker delivers unacknowledged messages again. */
export interface QueueSession extends Session {
  /** Messages waiting in the queue, a few seconds old. */
  readonly waiting: number;
  /**
   * Starts the deliveries, or ends them; a new session delivers nothing. Messages that were delivered before can still be
   * finished.
   */
  setConsuming(wanted: boolean): Promise<void>;
}

/** The records of a queue consumer in its own database. */
export interface QueueStore {
  /** Records the event as handled and applies its effect, in one transaction. `duplicate`: it was handled before. */
  apply(event: DeliveredEvent): Promise<'handled' | 'duplicate'>;
  /** Stores the dead letter and, if the handler was tried, the record of the event, in one transaction. */
  park(deadLetter: QueueDeadLetter): Promise<'parked' | 'duplicate'>;
}
