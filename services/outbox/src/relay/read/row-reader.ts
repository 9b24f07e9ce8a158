import type { LeaderSession } from '../leader-session.ts';

/** One committed row of the outbox, as the relay reads it. Ids and positions stay far below 2^53. */
export interface OutboxRow {
  readonly id: number;
  readonly eventId: string;
  readonly type: string;
  readonly subject: string;
  readonly stream: string;
  readonly aggregateId: string;
  readonly sequence: string;
  readonly time: Date;
  readonly traceparent: string | null;
  readonly tracestate: string | null;
  readonly body: Buffer;
  readonly createdAt: Date;
}

/** A row with its place in the publish order. */
export interface ClaimedRow extends OutboxRow {
  readonly position: number;
}

/** The columns of OutboxRow (int8 as numbers), for a query in which the table is called `o`. */
export const rowColumns = `o.id::float8 AS id, o.event_id AS "eventId", o.type, o.subject, o.stream, o.aggregate_id AS "aggregateId",
  o.sequence::text AS sequence, o.time, o.traceparent, o.tracestate, o.body, o.created_at AS "createdAt"`;

/** Ids from low to high, both included, that the reader passed because no row with such an id was visible. */
export interface Gap {
  readonly low: number;
  readonly high: number;
}

/** The progress of a reader: all ids up to `highId` were read, except those in the gaps. Stored with each claim. */
export interface ReaderState {
  readonly highId: number;
  readonly gaps: readonly Gap[];
}

/** What the database reported when a batch was claimed, as 64-bit transaction ids. */
export interface ClaimReceipt {
  /** The claim's own transaction id. Outbox ids drawn before the claim belong to transactions with lower ids. */
  readonly xid: bigint;
  /** All transactions with lower ids had ended when the claim ran. */
  readonly xmin: bigint;
}

/**
 * Decides which rows are published next. It is a port, so that a test can use a wrong reader and prove that the checker
 * finds it: `startRelay({ createReader })`. The default is the gap reader.
 */
export interface RowReader {
  /** Committed rows that were not read before, at most `limit`, in the order in which they must be published. */
  read(session: LeaderSession, limit: number): Promise<OutboxRow[]>;
  /** Called when the rows that were read last have their positions. */
  claimed(receipt: ClaimReceipt): void;
  /** The reader's state, to be stored when the rows that were read last are claimed. */
  readonly state: ReaderState;
}

export type CreateReader = (from: ReaderState) => RowReader;
