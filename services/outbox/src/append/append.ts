import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { inject, type TraceCarrier } from '@gavel/observability/tracing';
import type { Transaction } from '@gavel/postgres/transaction';
import { findEvent } from '@gavel/proto/registry';
import { eventSubject } from '@gavel/proto/subjects';
import { v7 as uuidv7 } from 'uuid';
import { MAX_EVENT_BYTES } from '../event-limits.ts';
import { wakeFor } from './wake.ts';

/** One fact to append. */
export interface NewEvent<S extends DescMessage = DescMessage> {
  /** Must be in the registry of @gavel/proto. */
  schema: S;
  body: MessageInitShape<S>;
  /** A subject token: UUID in lower case or the like. */
  aggregateId: string;
  /** The aggregate's version after the event: 1, 2, 3 … without gaps, assigned under the aggregate's row lock. */
  sequence: bigint;
  /** When it became a fact; now unless given. */
  time?: Date;
  /** The trace it belongs to; the active one unless given. For writers that put several requests into one transaction. */
  trace?: TraceCarrier;
}

// Envelope headers and the frame's own bytes; bodies are far from this.
const MAX_BODY_BYTES = MAX_EVENT_BYTES - 10_000;

// The writer's transaction id is taken before any outbox id is drawn (the CTE is read before the default of `id` runs).
// The reader leans on it: an id that was drawn before some moment belongs to a transaction whose number is lower than
// any handed out after that moment, so a gap can be given up once all of those have ended.
// ORDER BY n: events of one call get ascending ids.
const INSERT = `
WITH writer AS MATERIALIZED (SELECT pg_current_xact_id() AS xid)
INSERT INTO outbox (event_id, type, subject, stream, aggregate_id, sequence, time, traceparent, tracestate, body)
SELECT e.event_id, e.type, e.subject, e.stream, e.aggregate_id, e.sequence, e.time, e.traceparent, e.tracestate, e.body
FROM writer, unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::timestamptz[],
    $8::text[], $9::text[], $10::bytea[])
  WITH ORDINALITY AS e (event_id, type, subject, stream, aggregate_id, sequence, time, traceparent, tracestate, body, n)
WHERE writer.xid IS NOT NULL
ORDER BY e.n`;

/**
 * Appends events to the outbox inside the caller's transaction: they become facts if and only if it commits, and the
 * relay is nudged once it has. Call it while holding the aggregate's row lock. The active trace context is stored with them.
 *
 * Throws for an event type that is not in the registry, for an aggregate id that makes no subject, and for a body that
 * the broker could never take; none of these is an expected failure.
 */
export async function append(tx: Transaction, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const active = inject();
  const rows = events.map((event) => toRow(event, active));
  await tx.query({
    name: 'outbox-append',
    text: INSERT,
    values: [
      rows.map((row) => row.id),
      rows.map((row) => row.type),
      rows.map((row) => row.subject),
      rows.map((row) => row.stream),
      rows.map((row) => row.aggregateId),
      rows.map((row) => row.sequence),
      rows.map((row) => row.time),
      rows.map((row) => row.trace.traceparent ?? null),
      rows.map((row) => row.trace.tracestate ?? null),
      rows.map((row) => row.body),
    ],
  });
  const wake = wakeFor(tx.pool);
  tx.afterCommit(() => wake.nudge());
}

interface NewRow {
  id: string;
  type: string;
  subject: string;
  stream: string;
  aggregateId: string;
  sequence: string;
  time: string;
  trace: TraceCarrier;
  body: Buffer;
}

function toRow(event: NewEvent, active: TraceCarrier): NewRow {
  const definition = findEvent(event.schema.typeName);
  if (!definition) throw new Error(`event type ${event.schema.typeName} is not in the registry`);
  if (event.sequence < 1n)
    throw new RangeError(`sequence of ${definition.type} must be at least 1, is ${event.sequence}`);
  const body = Buffer.from(toBinary(event.schema, create(event.schema, event.body)));
  if (body.byteLength > MAX_BODY_BYTES) {
    throw new RangeError(`${definition.type} has ${body.byteLength} bytes, at most ${MAX_BODY_BYTES} fit`);
  }
  return {
    id: uuidv7(),
    type: definition.type,
    subject: eventSubject(definition.context, definition.event, event.aggregateId),
    stream: definition.stream,
    aggregateId: event.aggregateId,
    sequence: event.sequence.toString(),
    time: (event.time ?? new Date()).toISOString(),
    trace: event.trace ?? active,
    body,
  };
}
