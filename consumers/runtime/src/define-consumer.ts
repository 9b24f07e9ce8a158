import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { Transaction } from '@gavel/postgres/transaction';
import type { EventEnvelope } from '@gavel/proto/envelope';
import { findEvent } from '@gavel/proto/registry';
import { isSubscription } from '@gavel/proto/subjects';
import type { StreamName } from '@gavel/proto/topology';
import type { BackOff } from '@gavel/resilience';

/** One event as a handler gets it: decoded, new to this consumer, in its aggregate's order. */
export interface ReceivedEvent<S extends DescMessage = DescMessage> {
  readonly envelope: EventEnvelope;
  readonly body: MessageShape<S>;
}

/** What happens to events that cannot be handled. */
export interface FailurePolicy {
  /**
   * Later events of the aggregate whose event was parked: `wait` parks them behind it, in order, until it is redriven
   * or discarded; `continue` handles them, for projections where each event counts for itself.
   */
  readonly laterEvents: 'wait' | 'continue';
  /**
   * How often an event is tried before it is parked: once with its batch, then alone. 3 unless told, at least 2. Only
   * errors that the handler threw count; what the database lacks for the moment (connection, table, permission) is
   * no event's fault.
   */
  readonly attempts?: number;
  /**
   * Errors, beside those of the database and its connection, that another try may cure: the whole batch is then tried
   * again for as long as it takes, and the partition waits.
   */
  readonly isTransient?: (error: unknown) => boolean;
  /** Errors, beside PermanentFailure, that no other try cures: the event is parked at once. */
  readonly isPermanent?: (error: unknown) => boolean;
  /** Between tries: doubling from the first to the longest, a random half taken off. 100 ms to 5 s unless told. */
  readonly backOff?: BackOff;
}

export interface ConsumerDefinition<S extends DescMessage = DescMessage> {
  /** Must never change: checkpoints and processed events are kept under it. */
  readonly name: string;
  readonly stream: StreamName;
  /** Which subjects, in NATS form, for example `gavel.bids.bid_placed.*`. */
  readonly subscription: string;
  /** The event types that the handler takes; other known types that the subscription selects are passed over. */
  readonly types: readonly S[];
  /**
   * Folds new events into the projection, a whole batch at once, through the transaction that also holds their offset.
   * It is called again with the same events after a failure, so it must have no effect outside the transaction. Declared
   * as a method so that one list can hold consumers of different events: the runtime passes only events of `types`.
   */
  handle(tx: Transaction, events: readonly ReceivedEvent<S>[]): Promise<void>;
  readonly onFailure: FailurePolicy;
  /** What a replay rebuilds beside the live one; without it there is nothing to replay. */
  readonly projection?: Projection;
}

/** A projection that can be rebuilt from the log. */
export interface Projection {
  /**
   * Every table that `handle` writes. The handler must name them without a schema: a replay runs it on tables of the
   * same names in a schema of the replay's own. What it reads and does not write may be any table of the database.
   */
  readonly tables: readonly string[];
}

/** A handler throws this for an event that no retry can cure: the event is parked at once. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

/** Checks a consumer's declaration. Throws a RangeError for one that could never receive anything. */
export function defineConsumer<S extends DescMessage>(
  definition: ConsumerDefinition<S>,
): ConsumerDefinition<S> {
  if (!/^[a-z0-9_-]{1,64}$/.test(definition.name)) {
    throw new RangeError(`not a consumer's name: "${definition.name}"`);
  }
  if (!isSubscription(definition.subscription)) {
    throw new RangeError(`${definition.name}: not a subscription: ${definition.subscription}`);
  }
  for (const { typeName } of definition.types) {
    if (findEvent(typeName)?.stream !== definition.stream) {
      throw new RangeError(`${definition.name}: ${typeName} is not an event of ${definition.stream}`);
    }
  }
  for (const table of definition.projection?.tables ?? []) {
    if (!/^[a-z][a-z0-9_]{0,62}$/.test(table)) {
      throw new RangeError(`${definition.name}: not the plain name of a table: ${table}`);
    }
  }
  return definition;
}
