/** One event to be published. */
export interface OutboundMessage {
  /** Position in the outbox's publish order: from 1, ascending. It is the publishing id in the stream. */
  readonly position: number;
  readonly eventId: string;
  /** The stream partition of the event's aggregate. */
  readonly partition: string;
  /** Routing key in the topic exchange. */
  readonly subject: string;
  readonly type: string;
  readonly time: Date;
  /** CloudEvents attributes and the trace context of the sending span. Values are not empty. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a publisher reports about the messages it was given. */
export interface PublisherEvents {
  /** The broker has stored the message. Exactly once per message, in any order. */
  onConfirmed(position: number): void;
  /** No broker will ever take the message: it cannot be encoded. Called instead of onConfirmed. */
  onRefused(position: number, error: Error): void;
  /** A session ended. The publisher sends unconfirmed messages again by itself. */
  onFailure(error: Error): void;
  /** Stream publisher only, when a session starts: the last position that a partition has; 0 for none. */
  onSeen?(partition: string, lastPosition: number): void;
}

export interface PublisherStatus {
  readonly connected: boolean;
  /** Why it is not connected. Between a new connection and its first confirm: why the previous one ended. */
  readonly problem: string | undefined;
  readonly unconfirmed: number;
}

/**
 * Takes messages and sends each until the broker has confirmed it: through lost connections, broker restarts and missing
 * topology, which it declares again. Messages must come in ascending order of position, and everything below the first one
 * must be confirmed already.
 *
 * Every session sends what is unconfirmed in ascending order and leaves nothing out. Two publishers of the same outbox (one
 * of them a relay that lost its lock and has not noticed yet) therefore cannot make the stream skip an event: when the
 * broker accepts position p from one of them, that publisher has sent every lower position of the partition before.
 */
export interface EventPublisher {
  /** Returns at once. Callers limit how much is unconfirmed; the publisher drops nothing. */
  publish(messages: readonly OutboundMessage[]): void;
  /** Drops unconfirmed messages and closes the connection. Resolves within a few seconds, whatever the broker does. */
  close(): Promise<void>;
  readonly status: PublisherStatus;
}

/**
 * Reports whether the broker blocks publishers because it is short of memory or disk. It then reads nothing from connections
 * that publish, so no confirms arrive although the connection works. AMQP reports this (connection.blocked), the stream
 * protocol does not, so both publishers of a relay share one alarm.
 */
export interface BrokerAlarm {
  /** The broker's reason; undefined while it accepts messages. */
  readonly reason: string | undefined;
  raise(reason: string): void;
  clear(): void;
}

export function createBrokerAlarm(): BrokerAlarm {
  let reason: string | undefined;
  return {
    get reason() {
      return reason;
    },
    raise(given) {
      reason = given;
    },
    clear() {
      reason = undefined;
    },
  };
}
