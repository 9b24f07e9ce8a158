/** One committed row of the outbox, as the relay reads it. Ids and positions are far below 2^53. */
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

/** The columns of OutboxRow (int8 as numbers), for a query in which the table is `o`. */
export const rowColumns = `o.id::float8 AS id, o.event_id AS "eventId", o.type, o.subject, o.stream, o.aggregate_id AS "aggregateId",
  o.sequence::text AS sequence, o.time, o.traceparent, o.tracestate, o.body, o.created_at AS "createdAt"`;

/** The same columns of a query that has named them. */
export const columnNames = `id, "eventId", type, subject, stream, "aggregateId", sequence, time, traceparent, tracestate, body,
  "createdAt"`;
