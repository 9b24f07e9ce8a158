import type { DeliveredEvent } from '../../application/classify-delivery.ts';
import type { DeadLetter } from '../../application/dead-letter.ts';

/** One message of a work queue, delivered and not settled yet. */
export interface QueuedDelivery {
  /** Everything a header held, as text; the broker's own `x-` headers are left out. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** How often the broker has seen a delivery of it fail: its consumer ended or lost its connection. */
  readonly redeliveries: number;
  /** How often the handler has failed on it. */
  readonly attempts: number;
  /** How often it has been delayed. */
  readonly delays: number;
  /** Aborted when it can no longer be settled: the broker will deliver it again. */
  readonly lost: AbortSignal;
  /** Tells the broker. Never throws; what cannot be told ends in another delivery. */
  settle(settlement: Settlement): Promise<void>;
}

/** What became of a delivery. */
export type Settlement =
  | { readonly kind: 'done'; readonly outcome: 'handled' | 'duplicate' | 'passed' }
  /** Its letter is in the database; the message itself goes to the parking queue. */
  | { readonly kind: 'parked' }
  /** To be delivered again after a delay, with these counts. */
  | {
      readonly kind: 'again';
      readonly attempts: number;
      readonly delays: number;
      readonly because: unknown;
    }
  /** Nothing could be decided before the session or the consumer ended. */
  | { readonly kind: 'abandoned' };

/** One uninterrupted subscription to a work queue. It ends once, and what was not settled is delivered again. */
export interface WorkQueue {
  /** Resolves with the reason when it is of no more use. */
  readonly ended: Promise<Error>;
  /** Messages waiting in the queue, a few seconds old. */
  readonly waiting: number;
  /** No more deliveries; those made can still be settled. */
  stopConsuming(): Promise<void>;
  /** What is not settled goes back to the queue. Resolves within seconds whatever the broker does. */
  close(): Promise<void>;
}

/** The records of a work queue's consumer in its own database. */
export interface QueueStore {
  /** One transaction: the record of the event as handled, and its effect. `duplicate` when it was handled before. */
  apply(event: DeliveredEvent): Promise<'handled' | 'duplicate'>;
  /** One transaction: the letter and, when the handler was tried, the record. */
  park(letter: QueueLetter): Promise<'parked' | 'duplicate'>;
}

/** A letter of a message that has no offset. */
export type QueueLetter = Omit<DeadLetter, 'offset'>;
