/** One message of a partition as it came, not yet judged. */
export interface Delivery {
  readonly offset: bigint;
  /** When the broker stored it, milliseconds since the epoch. */
  readonly storedAt: number;
  /** What the message's bytes hold, or why they hold nothing a client could have meant. */
  readonly content:
    | { readonly ok: true; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array }
    | { readonly ok: false; readonly problem: string; readonly bytes: Uint8Array };
}

/** Where a partition is read from: after a stored offset, or from the first event that is still held. */
export type StartPosition = { readonly after: bigint } | 'first';

/** Why a partition cannot be read, of which none is cured by trying again. */
export type StartRefusal =
  /** Retention has passed the wanted offset: events are gone that this consumer never saw. */
  | { readonly reason: 'retention-passed'; readonly wanted: bigint; readonly first: bigint }
  /** The stream ends before the wanted offset: it was made anew, and its offsets mean other events. */
  | { readonly reason: 'stream-shorter'; readonly wanted: bigint; readonly last: bigint };

/** The messages of one partition, in order, from one uninterrupted subscription. */
export interface Subscription {
  /**
   * The next messages, at least one, at most `limit`; waits while there are none and never waits for more. Undefined
   * when the subscription ended, for whatever reason: make another one. Throws `SubscriptionRefused` when the
   * refusal shows only now. Memory is bounded: what is not taken stays at the broker.
   */
  take(limit: number): Promise<readonly Delivery[] | undefined>;
  /** Newest offset known to be in the stream; undefined before the first word of it. */
  readonly newestOffset: bigint | undefined;
  /** When the oldest message not taken yet was stored, milliseconds since the epoch; undefined when all were taken. */
  readonly oldestWaiting: number | undefined;
  close(): Promise<void>;
}

/**
 * A log that can be read from an offset. `subscribe` resolves when the broker has accepted, rejects with
 * `SubscriptionRefused` when trying again cannot help, and with any other error when it can (broker away, stream not
 * declared yet). One that resolved may end at any time; it never resumes by itself and never skips a message.
 */
export interface EventSource {
  subscribe(partition: string, from: StartPosition): Promise<Subscription>;
  close(): Promise<void>;
}

/** Thrown when a partition cannot be read from the wanted offset. */
export class SubscriptionRefused extends Error {
  override readonly name = 'SubscriptionRefused';
  readonly refusal: StartRefusal;

  constructor(partition: string, refusal: StartRefusal) {
    super(describe(partition, refusal));
    this.refusal = refusal;
  }
}

function describe(partition: string, refusal: StartRefusal): string {
  if (refusal.reason === 'retention-passed') {
    return `${partition}: offset ${refusal.wanted} is wanted, but retention has removed everything before ${refusal.first}`;
  }
  return `${partition}: offset ${refusal.wanted} is wanted, but the stream ends at ${refusal.last}: it was made anew`;
}
