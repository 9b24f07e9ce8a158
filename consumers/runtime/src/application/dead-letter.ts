/** Why a message was parked. A check of the table `dead_letters` lists the same reasons. */
export const parkReasons = [
  /** The bytes are not a message. */
  'malformed_message',
  /** The headers are not a CloudEvents envelope of Gavel's. */
  'malformed_envelope',
  /** The registry does not know the type. */
  'unknown_type',
  /** The body does not decode as its type. */
  'undecodable_body',
  /** A field of the body breaks its rule in the event's .proto file. */
  'invalid_event',
  /** The handler failed as often as the policy allows. */
  'handler_failed',
  /** An earlier event of the same aggregate is parked, and the policy says to wait. */
  'waits_for_earlier',
] as const;

export type ParkReason = (typeof parkReasons)[number];

/** A message that a consumer could not handle, with everything that is known about it. */
export interface DeadLetter {
  readonly offset: bigint;
  readonly eventId?: string | undefined;
  readonly eventType?: string | undefined;
  readonly aggregateId?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly reason: ParkReason;
  readonly error: string;
  readonly stack?: string | undefined;
  readonly attempts: number;
  readonly traceId?: string | undefined;
}

/** A dead letter of a queue consumer: a message from a queue has no offset. */
export type QueueDeadLetter = Omit<DeadLetter, 'offset'>;
