import type { StreamName } from '@gavel/proto/topology';

/** One message of a partition, as it is archived. */
export interface LogMessage {
  readonly offset: bigint;
  /** When the broker stored it, milliseconds since the epoch. */
  readonly storedAt: number;
  /** Distinguishes it from any message that a recreated stream holds at the same offset. */
  readonly fingerprint: string;
  /** The whole message: properties, headers and body. */
  readonly bytes: Uint8Array;
  /** Why the bytes are no valid message; undefined for one that is valid. */
  readonly problem?: string;
}

/** Where reading starts: after an offset, at an offset that must exist, or at the first message that the stream still holds. */
export type ReadFrom = { readonly after: bigint } | { readonly at: bigint } | 'first';

/** The messages of one partition, in order, from one uninterrupted subscription. */
export interface Reading {
  /** The next messages, at least one; waits while there are none. Undefined when the subscription has ended. */
  take(limit: number): Promise<readonly LogMessage[] | undefined>;
  /** The newest offset known to be in the partition. */
  readonly newestOffset: bigint | undefined;
  /** When the oldest message that was not taken yet was stored. */
  readonly oldestWaiting: number | undefined;
  close(): Promise<void>;
}

/** A member of the group of archivers. One of them reads a partition at a time. */
export interface GroupMember {
  /** Resolves when this member may read; undefined when the signal was aborted. Rejects with `LogRefused`. */
  whenActive(from: () => Promise<ReadFrom>, signal: AbortSignal): Promise<Reading | undefined>;
  close(): Promise<void>;
}

/**
 * The streams, read from an offset. `whenActive` or a `take` rejects with `LogRefused` when a retry cannot help, and with any
 * other error when it can.
 */
export interface EventLog {
  join(stream: StreamName, partition: string): Promise<GroupMember>;
  /** When the oldest message of a partition was stored, milliseconds since the epoch; undefined when it is empty. */
  oldestStoredAt(partition: string): Promise<number | undefined>;
  close(): Promise<void>;
}

/**
 * `removed`: retention has removed messages that were not archived; `first` is the first offset that is left. `shorter`: the
 * stream ends before the wanted offset, so it was recreated, or a replica is behind for a moment.
 */
export class LogRefused extends Error {
  override readonly name = 'LogRefused';
  readonly refusal: { readonly reason: 'removed'; readonly first: bigint } | { readonly reason: 'shorter' };

  constructor(refusal: LogRefused['refusal'], message: string, cause: unknown) {
    super(message, { cause });
    this.refusal = refusal;
  }
}

/** Where an archived partition ends: its newest segment is the checkpoint. */
export interface ArchiveEnd {
  /** The number of the newest generation. */
  readonly generation: number;
  /** The last offset that it holds. */
  readonly last: bigint;
  /** The fingerprint of the message at that offset. */
  readonly fingerprint: string;
}

/** A segment that is being filled. Its messages are only in memory until it is stored. */
export interface SegmentDraft {
  readonly messages: number;
  /** Uncompressed size. */
  readonly bytes: number;
  /** When its oldest message was stored by the broker; undefined while it is empty. */
  readonly oldest: number | undefined;
  add(message: LogMessage): void;
  /** Resolves with the new end of the archive once the segment is durable. A repeated store does no harm. */
  store(): Promise<ArchiveEnd>;
}

/** A segment cannot be read: its objects are missing or damaged. The message says which one and why. */
export class BrokenSegment extends Error {
  override readonly name = 'BrokenSegment';
}

/**
 * The archive of all partitions. A generation is an unbroken part of the history of one partition. A new one begins when the
 * stream was recreated, because its offsets start at 0 again, and when messages are missing.
 */
export interface Archive {
  /** Undefined for a partition of which nothing is archived. */
  end(partition: string): Promise<ArchiveEnd | undefined>;
  /** @param first the first offset that the segment has */
  draft(partition: string, generation: number, first: bigint): SegmentDraft;
}
