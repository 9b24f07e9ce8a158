import type { EventEnvelope } from '@gavel/proto/envelope';
import type { Positions } from '../domain/positions.ts';

/** One message of a partition, not decoded and not classified yet. */
export interface Delivery {
  readonly offset: bigint;
  /** When the broker stored it, milliseconds since the epoch. */
  readonly storedAt: number;
  /** Headers and body, or why the bytes are not a message. */
  readonly content:
    | { readonly ok: true; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array }
    | { readonly ok: false; readonly problem: string };
}

/** The messages of one partition, in order, from one uninterrupted subscription. */
export interface Reading {
  /** The next messages, at least one; waits while there are none. Undefined when the subscription has ended. */
  take(limit: number): Promise<readonly Delivery[] | undefined>;
  /** The newest offset known to be in the partition. */
  readonly newestOffset: bigint | undefined;
  /** When the oldest message that was not taken yet was stored. */
  readonly oldestWaiting: number | undefined;
  close(): Promise<void>;
}

/**
 * The Gavel stream, read from an offset. `read` or the first `take` rejects with `LogRefused` when a retry cannot help, and
 * with any other error when it can.
 */
export interface EventLog {
  /** Reads what comes after an offset; null reads from the first message that is still held. */
  read(partition: string, after: bigint | null): Promise<Reading>;
  /** The end of a partition that nobody reads, and when its oldest message was stored; undefined in an empty partition. */
  measure(
    partition: string,
  ): Promise<{ readonly newest: bigint | undefined; readonly oldest: number | undefined }>;
  close(): Promise<void>;
}

/**
 * `retention-passed`: messages were removed before they were mirrored. `recreated`: the stream ends before the wanted offset,
 * so it is not the stream that was mirrored.
 */
export class LogRefused extends Error {
  override readonly name = 'LogRefused';
  readonly reason: 'retention-passed' | 'recreated';

  constructor(reason: LogRefused['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** An event to be mirrored. */
export interface MirroredEvent {
  readonly offset: bigint;
  readonly envelope: EventEnvelope;
  /** All headers of the message, also those of the span that published it. */
  readonly headers: Readonly<Record<string, string>>;
  /** The protobuf bytes, as they are on the stream. */
  readonly body: Uint8Array;
}

/** The W3C trace context of the publishing span by event id. Events whose traces ended long ago have none. */
export type Carriers = ReadonlyMap<string, { readonly traceparent?: string; readonly tracestate?: string }>;

export interface AppendCounts {
  readonly mirrored: number;
  /** Further copies of events that the mirror holds already. */
  readonly duplicate: number;
}

/** One connection to the mirror. It starts with what the mirror holds at that moment. */
export interface MirrorSession {
  /** How far the mirror is: what it held at the start of the session, and what `append` has added since. */
  readonly positions: Positions;
  /** Rejects when the connection is lost; resolves when the session is closed from this side. */
  readonly ended: Promise<void>;
  /** True when the mirror has removed messages: above its size limit the oldest go first. */
  readonly hasDiscarded: boolean;
  /** The first of the events that the mirror holds. */
  findHeld(events: readonly MirroredEvent[]): Promise<MirroredEvent | undefined>;
  /** The largest body that the mirror takes. */
  readonly maxBodyBytes: number;
  /**
   * Adds events of one partition, in order, each together with the position that it moves the mirror to. Calls wait for
   * each other. Rejects when the result is uncertain (an answer was lost, `Overtaken`): the session can then not be used
   * any more, and the next session reads what was stored.
   */
  append(partition: string, events: readonly MirroredEvent[], carriers: Carriers): Promise<AppendCounts>;
  close(): Promise<void>;
}

/** The mirror of a Gavel stream. */
export interface Mirror {
  /** Rejects with `MirrorRefused` when a retry cannot help. */
  open(): Promise<MirrorSession>;
}

/** Another client, probably another bridge, has written since this session started. Nothing of ours was added after that. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** The mirror no longer shows how far it is. To continue could lose or repeat events. */
export class MirrorRefused extends Error {
  override readonly name = 'MirrorRefused';
}
