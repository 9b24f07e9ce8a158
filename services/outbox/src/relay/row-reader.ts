import type { LeaderSession } from './leader-session.ts';
import type { OutboxRow } from './outbox-row.ts';

/** Ids from low to high, both included, that were drawn but were not visible yet. */
export interface Gap {
  readonly low: number;
  readonly high: number;
}

/** Where a reader stands: all ids up to `highId` were read, except those in the gaps. Stored with each claim. */
export interface ReaderState {
  readonly highId: number;
  readonly gaps: readonly Gap[];
}

/** What the database said when a batch was claimed: 64-bit transaction ids. */
export interface ClaimReceipt {
  /** The claim's own transaction: whatever was drawn before it belongs to a lower one. */
  readonly xid: bigint;
  /** All transactions below it had ended when the claim ran. */
  readonly xmin: bigint;
}

/**
 * Decides which rows come next. A port, so that a proof can put a wrong reader in its place: the relay is given one by
 * `startRelay({ createReader })`, and the default is the gap reader.
 */
export interface RowReader {
  /** Committed rows that were not read before, at most `limit`, in the order in which they are to be published. */
  read(session: LeaderSession, limit: number): Promise<OutboxRow[]>;
  /** A batch that was read has its positions now. */
  claimed(receipt: ClaimReceipt): void;
  /** To be stored with the batch read last. */
  readonly state: ReaderState;
}

export type CreateReader = (from: ReaderState) => RowReader;
