import type { DescMessage } from '@bufbuild/protobuf';
import type { Transaction } from '@gavel/postgres/transaction';
import { findEvent } from '@gavel/proto/registry';
import { isSubscription } from '@gavel/proto/subjects';
import {
  type ConsumerDefinition,
  type FailurePolicy,
  type ReceivedEvent,
  requireConsumerName,
} from './define-consumer.ts';

/** What happens to events that cannot be handled. A PermanentFailure is parked at once, as by a stream consumer. */
export interface QueueFailurePolicy extends Pick<FailurePolicy, 'isPermanent'> {
  /** How often the handler may fail on an event before it is parked; default: 5. */
  readonly attempts?: number;
  /**
   * Further errors that a retry may fix. They use up no attempt: the event is retried with delays until it succeeds. Errors
   * of the database and its connection never use up an attempt.
   */
  readonly isTransient?: (error: unknown) => boolean;
  /** Delays before the first, second … redelivery, ascending, milliseconds; the last one repeats. Each has a queue. */
  readonly delaysMs?: readonly number[];
}

export interface QueueConsumerDefinition<S extends DescMessage = DescMessage> {
  /** Must never change: the queue `gavel.<name>` and the processed events are kept under it. */
  readonly name: string;
  /** Which subjects, in NATS form, for example `gavel.bids.bid_placed.*`. */
  readonly subscriptions: readonly string[];
  /** The event types that the handler takes. Other known types that the subscriptions select are skipped. */
  readonly types: readonly S[];
  /**
   * Applies one new event through the transaction that also records it as handled. Events may come in any order, and
   * the same one again after a failure, so it must have no effect outside the transaction. Declared as a method so that
   * one list can hold consumers of different events: the runtime passes only events of `types`.
   */
  handle(tx: Transaction, event: ReceivedEvent<S>): Promise<void>;
  readonly onFailure?: QueueFailurePolicy;
}

/** Each about four times the previous one, up to five minutes: most failures end within seconds, the others can wait. */
export const defaultDelaysMs: readonly number[] = [1_000, 4_000, 16_000, 64_000, 300_000];

/** Checks a queue consumer's definition. Throws a RangeError for one that could never work. */
export function defineQueueConsumer<S extends DescMessage>(
  definition: QueueConsumerDefinition<S>,
): QueueConsumerDefinition<S> {
  const { name, subscriptions, types, onFailure } = definition;
  requireConsumerName(name);
  if (name === 'unrouted') throw new RangeError('gavel.unrouted is the queue of events without a subscriber');
  const bad = subscriptions.find((subscription) => !isSubscription(subscription));
  if (bad !== undefined || subscriptions.length === 0) {
    throw new RangeError(`${name}: not a subscription: ${bad ?? 'none'}`);
  }
  const unknown = types.find(({ typeName }) => findEvent(typeName) === undefined);
  if (unknown !== undefined) throw new RangeError(`${name}: ${unknown.typeName} is not an event`);
  const delays = onFailure?.delaysMs ?? defaultDelaysMs;
  const ascending = delays.every((ms, i) => Number.isSafeInteger(ms) && ms > (delays[i - 1] ?? 0));
  if (delays.length === 0 || !ascending) throw new RangeError(`${name}: delays must ascend`);
  return definition;
}

/** A queue consumer in the form of a stream consumer, for the code that both share: classifying and redriving events. */
export function asConsumer(definition: QueueConsumerDefinition): ConsumerDefinition {
  return {
    name: definition.name,
    // A queue consumer does not use this: the queue's bindings have selected the events, from every stream.
    stream: 'gavel.bids',
    subscription: '>',
    types: definition.types,
    onFailure: { laterEvents: 'continue', ...definition.onFailure },
    async handle(tx, events) {
      for (const event of events) await definition.handle(tx, event);
    },
  };
}
