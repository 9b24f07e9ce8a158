/** One event on its way out. */
export interface OutboundMessage {
  /** Place in the outbox's publish order, from 1, ascending; the publishing id in the stream. */
  readonly position: number;
  readonly eventId: string;
  /** The stream partition that its aggregate lives in. */
  readonly partition: string;
  /** Routing key in the topic exchange. */
  readonly subject: string;
  readonly type: string;
  readonly time: Date;
  /** CloudEvents attributes and the sending span's trace context: flat, non-empty strings. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a publisher tells about the messages it was given. */
export interface PublisherEvents {
  /** The broker has it for good. Exactly once per message, in any order. */
  onConfirmed(position: number): void;
  /** No broker will ever take it (it cannot even be encoded). Instead of onConfirmed. */
  onRefused(position: number, error: Error): void;
  /** A session ended; unconfirmed messages will be sent again by themselves. */
  onFailure(error: Error): void;
  /** The stream, at the start of each session and before anything is sent: how far a partition goes, 0 for nothing. */
  onSeen?(partition: string, lastPosition: number): void;
}

export interface PublisherStatus {
  readonly connected: boolean;
  /** Why it is not connected; after a new connection, until the first confirm, why the last one ended. */
  readonly problem: string | undefined;
  readonly unconfirmed: number;
}

/**
 * Takes events over and keeps at it until the broker has confirmed each: over lost connections, broker restarts and
 * missing topology, which it declares again. Messages must come in ascending order of position, and everything below
 * the first one must be confirmed already.
 *
 * Every session sends what is unconfirmed in ascending order without leaving any out. Two publishers of the same outbox
 * (one of them a relay that lost its lock and has not noticed yet) therefore cannot make the stream skip an event: when
 * the broker takes position p from either, that one has sent every lower position of the partition before it.
 */
export interface EventPublisher {
  /** Returns at once. Callers bound what is unconfirmed; nothing is ever dropped here. */
  publish(messages: readonly OutboundMessage[]): void;
  /** Gives up what is unconfirmed and closes the connection; resolves within a few seconds whatever the broker does. */
  close(): Promise<void>;
  readonly status: PublisherStatus;
}
