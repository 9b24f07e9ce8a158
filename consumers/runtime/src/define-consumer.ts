import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { Transaction } from '@gavel/postgres/transaction';
import type { EventEnvelope } from '@gavel/proto/envelope';
import { findEvent } from '@gavel/proto/registry';
import { isSubscription } from '@gavel/proto/subjects';
import type { StreamName } from '@gavel/proto/topology';
import type { BackOff } from '@gavel/resilience';

/** One event as a handler receives it: decoded, new to this consumer, in the order of its aggregate. */
export interface ReceivedEvent<S extends DescMessage = DescMessage> {
  readonly envelope: EventEnvelope;
  readonly body: MessageShape<S>;
}

/** What happens to events that cannot be handled; see decision-failure-policy.md. */
export interface FailurePolicy {
  /**
   * What happens to later events of an aggregate whose event was parked: `wait` parks them behind it, in order, until it is
   * redriven or discarded; `continue` handles them, for projections in which each event counts by itself.
   */
  readonly laterEvents: 'wait' | 'continue';
  /**
   * How often an event is tried before it is parked: once with its batch, then alone; default: 3, at least 2. Only errors
   * that the handler threw count. A missing connection, table or permission uses up no attempt.
   */
  readonly attempts?: number;
  /**
   * Further errors, besides those of the database and its connection, that a retry may fix. The whole batch is then retried
   * until it succeeds, and the partition waits.
   */
  readonly isTransient?: (error: unknown) => boolean;
  /** Further errors, besides PermanentFailure, that no retry can fix: the event is parked at once. */
  readonly isPermanent?: (error: unknown) => boolean;
  /** The delays between attempts; default: 100 ms to 5 s. */
  readonly backOff?: BackOff;
}

export interface ConsumerDefinition<S extends DescMessage = DescMessage> {
  /** Must never change: checkpoints and processed events are kept under it. */
  readonly name: string;
  readonly stream: StreamName;
  /** Which subjects, in NATS form, for example `gavel.bids.bid_placed.*`. */
  readonly subscription: string;
  /** The event types that the handler takes. Other known types that the subscription selects are skipped. */
  readonly types: readonly S[];
  /**
   * Folds new events into the projection, a whole batch at once, through the transaction that also holds their offset.
   * It is called again with the same events after a failure, so it must have no effect outside the transaction. Declared
   * as a method so that one list can hold consumers of different events: the runtime passes only events of `types`.
   */
  handle(tx: Transaction, events: readonly ReceivedEvent<S>[]): Promise<void>;
  readonly onFailure: FailurePolicy;
  /** What a replay rebuilds beside the live tables. A consumer without it cannot be replayed. */
  readonly projection?: Projection;
}

/** A projection that can be rebuilt from the stream. */
export interface Projection {
  /**
   * Every table that `handle` writes. The handler must name them without a schema: a replay runs it on tables of the same
   * names in another schema. Tables that it only reads may be any of the database.
   */
  readonly tables: readonly string[];
}

/** A handler throws this for an event that no retry can fix: the event is parked at once. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

/** Checks a consumer's definition. Throws a RangeError for one that could never receive an event. */
export function defineConsumer<S extends DescMessage>(
  definition: ConsumerDefinition<S>,
): ConsumerDefinition<S> {
  const { name, subscription, stream, types, projection } = definition;
  requireConsumerName(name);
  if (!isSubscription(subscription)) throw new RangeError(`${name}: not a subscription: ${subscription}`);
  for (const { typeName } of types) {
    if (findEvent(typeName)?.stream !== stream) {
      throw new RangeError(`${name}: ${typeName} is not an event of ${stream}`);
    }
  }
  for (const table of projection?.tables ?? []) {
    if (!/^[a-z][a-z0-9_]{0,62}$/.test(table)) {
      throw new RangeError(`${name}: not a table name without a schema: ${table}`);
    }
  }
  return definition;
}

/** Throws a RangeError unless the name can be part of queue names and database keys. */
export function requireConsumerName(name: string): void {
  if (!/^[a-z0-9_-]{1,64}$/.test(name)) throw new RangeError(`not a consumer name: "${name}"`);
}
