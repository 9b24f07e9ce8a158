/** One message of a partition as it came, not classified yet. */
export interface Delivery {
  readonly offset: bigint;
  /** When the broker stored it, milliseconds since the epoch. */
  readonly storedAt: number;
  /** What the message's bytes hold, or why they hold nothing a client could have meant. */
  readonly content:
    | { readonly ok: true; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array }
    | { readonly ok: false; readonly problem: string; readonly bytes: Uint8Array };
}

/**
 * Where a partition is read from: after an offset, at an offset that has to be there, or from the first event that is
 * still held.
 */
export type StartPosition = { readonly after: bigint } | { readonly at: bigint } | 'first';

/** Why a partition cannot be read, of which none is cured by trying again. */
export type StartRefusal =
  /** Retention has passed the wanted offset: events are gone that this consumer never saw. */
  | { readonly reason: 'retention-passed'; readonly wanted: bigint; readonly first: bigint }
  /** The stream ends before the wanted offset: it was made anew, and its offsets mean other events. */
  | { readonly reason: 'stream-shorter'; readonly wanted: bigint; readonly last: bigint }
  /** Another message than the one that was applied is at its offset: the stream was made anew and has grown past it. */
  | {
      readonly reason: 'other-message';
      readonly offset: bigint;
      readonly applied: string;
      readonly found: string;
    };

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
  /** Messages that have come and were not taken yet. */
  readonly waiting: number;
  /** Aborted when the subscription ended: what is in hand should be done with or dropped soon. */
  readonly ended: AbortSignal;
  close(): Promise<void>;
}

/** A consumer group, as far as the log has to know it. */
export interface Group {
  readonly name: string;
  /** The stream whose partitions the group's members share. */
  readonly stream: string;
}

/** A member's place in the group that reads a partition. The partition is one member's at a time. */
export interface GroupConsumer {
  /**
   * Resolves when the partition is this member's, with a subscription that ends when it is no longer. `from` is asked
   * at that moment, as another member has read on until then; what it throws is thrown here. Undefined when `signal`
   * was aborted. Rejects when the place was lost with its connection, and with `SubscriptionRefused`. The group
   * waits with the partition's next member until the former one has closed its subscription, for some seconds at most.
   */
  whenActive(from: () => Promise<StartPosition>, signal: AbortSignal): Promise<Subscription | undefined>;
  /** Leaves the group. */
  close(): Promise<void>;
}

/**
 * A log that can be read from an offset. `subscribe` and `join` resolve when the broker has accepted, reject with
 * `SubscriptionRefused` when trying again cannot help, and with any other error when it can (broker away, stream not
 * declared yet). One that resolved may end at any time; it never resumes by itself and never skips a message.
 */
export interface EventSource {
  /** Reads a partition for itself, whoever else does. */
  subscribe(partition: string, from: StartPosition): Promise<Subscription>;
  /** The newest offset of a partition; undefined when nothing is held. */
  newestOffset(partition: string): Promise<bigint | undefined>;
  /** When the oldest message that is still held was stored, milliseconds since the epoch; undefined when none is held. */
  oldestStoredAt(partition: string): Promise<number | undefined>;
  /** Takes a place in the group that reads a partition. */
  join(partition: string, group: Group): Promise<GroupConsumer>;
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
  switch (refusal.reason) {
    case 'retention-passed':
      return `${partition}: offset ${refusal.wanted} is wanted, but retention has removed everything before ${refusal.first}`;
    case 'stream-shorter':
      return `${partition}: offset ${refusal.wanted} is wanted, but the stream ends at ${refusal.last}: it was made anew`;
    case 'other-message':
      return `${partition}: at offset ${refusal.offset} was ${refusal.applied} when it was applied, and is ${refusal.found} now: the stream was made anew`;
  }
}
