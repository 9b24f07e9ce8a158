/** One message of a partition as it arrived, not classified yet. */
export interface Delivery {
  readonly offset: bigint;
  /** When the broker stored it, in milliseconds since the epoch. */
  readonly storedAt: number;
  /**
   * The content of the message, or why its bytes are no valid message. `bytes` is the whole message as the stream holds it, with
   * properties that are not among the headers; a delivery that does not come from a stream has none.
   */
  readonly content:
    | {
        readonly ok: true;
        readonly headers: Readonly<Record<string, string>>;
        readonly body: Uint8Array;
        readonly bytes?: Uint8Array;
      }
    | { readonly ok: false; readonly problem: string; readonly bytes: Uint8Array };
}

/** Where reading starts: after an offset, at an offset that must exist, or at the first message that the stream still holds. */
export type StartPosition = { readonly after: bigint } | { readonly at: bigint } | 'first';

/** Why a partition cannot be read. A retry fixes none of these. */
export type StartRefusal =
  /** Retention has removed the wanted offset, so events are gone that this consumer never received. */
  | { readonly reason: 'retention-passed'; readonly wanted: bigint; readonly first: bigint }
  /** The stream ends before the wanted offset. It was recreated, so its offsets mean other events. */
  | { readonly reason: 'stream-shorter'; readonly wanted: bigint; readonly last: bigint }
  /** The offset is older than the stream, and the archive does not have it or cannot be read there. */
  | { readonly reason: 'not-archived'; readonly wanted: bigint; readonly problem: string }
  /** The offset holds another message than the one that was applied: the stream was recreated and has grown past it. */
  | {
      readonly reason: 'other-message';
      readonly offset: bigint;
      readonly applied: string;
      readonly found: string;
    };

/** The messages of one partition, in order, from one uninterrupted subscription. */
export interface Subscription {
  /**
   * The next messages, at least one and at most `limit`. Waits while there are none, and never waits for more. Undefined
   * when the subscription has ended for any reason: open another one. Throws `SubscriptionRefused` if the refusal is found
   * only now, also after many messages: retention may pass a reader that takes too slowly. Memory is bounded: messages that are not taken stay at the broker.
   */
  take(limit: number): Promise<readonly Delivery[] | undefined>;
  /** Newest offset known to be in the stream; undefined while none is known. */
  readonly newestOffset: bigint | undefined;
  /** When the oldest message not taken yet was stored, in milliseconds since the epoch; undefined when all were taken. */
  readonly oldestWaiting: number | undefined;
  /** Messages that have arrived and were not taken yet. */
  readonly waiting: number;
  /** Aborted when the subscription ends: messages that were taken should be finished or dropped soon. */
  readonly ended: AbortSignal;
  close(): Promise<void>;
}

/** A consumer group, as the broker knows it. */
export interface Group {
  readonly name: string;
  /** The stream whose partitions the group's members share. */
  readonly stream: string;
}

/** A group member's consumer of one partition. One member is the active consumer at a time (single active consumer). */
export interface GroupConsumer {
  /**
   * Resolves when this consumer becomes the active one, with a subscription that ends when it no longer is. `from` is called
   * at that moment, because another member has read further until then; its errors are thrown here. Undefined when `signal`
   * was aborted. Rejects when the connection was lost, and with `SubscriptionRefused`. The next member becomes active when
   * this one has closed its subscription, or after a few seconds.
   */
  whenActive(from: () => Promise<StartPosition>, signal: AbortSignal): Promise<Subscription | undefined>;
  /** Leaves the group. */
  close(): Promise<void>;
}

/**
 * A log that can be read from an offset. `subscribe` and `join` resolve when the broker has accepted them. They reject with
 * `SubscriptionRefused` when retrying cannot help, and with any other error when it can (the broker is unavailable, the
 * stream is not declared yet). A subscription may end at any time. It never resumes by itself and never skips a message.
 */
export interface EventSource {
  /** Reads a partition outside any group. */
  subscribe(partition: string, from: StartPosition): Promise<Subscription>;
  /** The newest offset of a partition; undefined when it is empty. */
  newestOffset(partition: string): Promise<bigint | undefined>;
  /** When the oldest message in the partition was stored, in milliseconds since the epoch; undefined when it is empty. */
  oldestStoredAt(partition: string): Promise<number | undefined>;
  /** Joins the group that reads a partition. */
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
      return `${partition}: offset ${refusal.wanted} is wanted, but the stream ends at ${refusal.last}: it was recreated`;
    case 'not-archived':
      return `${partition}: offset ${refusal.wanted} is wanted, but ${refusal.problem}`;
    case 'other-message':
      return `${partition}: offset ${refusal.offset} held ${refusal.applied} when it was applied and holds ${refusal.found} now: the stream was recreated`;
  }
}
