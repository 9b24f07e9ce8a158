/** One message of a partition as it came, not classified yet. */
export interface Delivery {
  readonly offset: bigint;
  /** When the broker stored it, milliseconds since the epoch. */
  readonly storedAt: number;
  /** What its bytes hold, or why they hold nothing that a client could have meant. */
  readonly content:
    | { readonly ok: true; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array }
    | { readonly ok: false; readonly problem: string };
}

/** The messages of one partition, in order, from one uninterrupted subscription. */
export interface Reading {
  /** The next messages, at least one; waits while there are none. Undefined when the subscription ended. */
  take(limit: number): Promise<readonly Delivery[] | undefined>;
  /** Newest offset known to be in the partition. */
  readonly newestOffset: bigint | undefined;
  /** When the oldest message not taken yet was stored. */
  readonly oldestWaiting: number | undefined;
  close(): Promise<void>;
}

/**
 * The Gavel stream, read from an offset. `read` (or the first `take`) rejects with `LogRefused` when trying again cannot
 * help, and with any other error when it can.
 */
export interface EventLog {
  /** Reads what comes after that offset; null reads from the first message that is still held. */
  read(partition: string, after: bigint | null): Promise<Reading>;
  close(): Promise<void>;
}

/**
 * `retention-passed`: messages are gone that were never mirrored. `made-anew`: the stream does not reach the wanted offset.
 */
export class LogRefused extends Error {
  override readonly name = 'LogRefused';
  readonly reason: 'retention-passed' | 'made-anew';

  constructor(reason: LogRefused['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}
