/** Why a message was parked. The migration's check lists the same. */
export type ParkReason =
  /** The bytes are not a message. */
  | 'malformed_message'
  /** No CloudEvents envelope of ours in the headers. */
  | 'malformed_envelope'
  /** An envelope of a type that the registry does not know, or does not know here. */
  | 'unknown_type'
  /** The body is not what its type says. */
  | 'undecodable_body'
  /** The handler failed as often as the policy lets it. */
  | 'handler_failed'
  /** An earlier event of the same aggregate is parked, and the policy says to wait. */
  | 'waits_for_earlier';

/** A message that a consumer gave up on, or that waits behind one, with all that is known of it. */
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
