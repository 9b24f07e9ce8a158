import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { createLogger } from '@gavel/observability/logger';
import { inject, type TraceCarrier } from '@gavel/observability/tracing';
import type { Pool } from '@gavel/postgres/pool';
import type { Statement, Transaction } from '@gavel/postgres/transaction';
import { findEvent } from '@gavel/proto/registry';
import { eventSubject } from '@gavel/proto/subjects';
import { v7 as uuidv7 } from 'uuid';

/**
 * Largest event in bytes, with its headers. A frame of the stream protocol has at most 1 MiB (1,048,576, the broker's default
 * `stream.frame_max`), of which about 100 bytes are the frame's own.
 */
export const MAX_EVENT_BYTES = 1_000_000;

/** One event to append. */
export interface NewEvent<S extends DescMessage = DescMessage> {
  /** Must be in the registry of @gavel/proto. */
  schema: S;
  body: MessageInitShape<S>;
  /** Lower-case letters, digits, `_` and `-`: it becomes the last part of the subject. Usually a UUID. */
  aggregateId: string;
  /** The aggregate's version after the event: 1, 2, 3 … without gaps. Assign it while holding the aggregate's row lock. */
  sequence: bigint;
  /** When it happened; default: now. */
  time?: Date;
  /** The trace context of the event; default: the active one. Set it when one transaction serves several requests. */
  trace?: TraceCarrier;
}

// Leaves room for the envelope's headers. Real bodies are much smaller.
const MAX_BODY_BYTES = MAX_EVENT_BYTES - 10_000;

// The writer takes its transaction id before it draws an outbox id, because the CTE is read before the default of `id` runs.
// The gap reader depends on that: an outbox id that was drawn before some moment belongs to a transaction whose id is lower
// than every transaction id given out later. So a gap is dead once all transactions with lower ids have ended. ORDER BY n:
// the events of one call get ascending ids.
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
 * Appends events to the outbox in the caller's transaction: they exist if and only if it commits. The relay is notified
 * after the commit. Call this while holding the aggregate's row lock. The active trace context is stored with the events.
 *
 * Throws for an event type that is not in the registry, for an aggregate id that cannot be part of a subject, and for a body
 * that is too large for the broker. These are programming errors, not expected failures.
 */
export async function append(tx: Transaction, events: readonly NewEvent[]): Promise<void> {
  if (events.length > 0) await tx.query(appending(tx, events));
}

/** The same as a statement for the caller to send, with `tx.commitWith`. There must be at least one event. */
export function appending(tx: Transaction, events: readonly NewEvent[]): Statement {
  const active = inject();
  const rows = events.map((event) => toRow(event, active));
  const wake = wakeFor(tx.pool);
  tx.afterCommit(() => wake.nudge());
  return {
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
  };
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

/** The channel that relays listen on. The payload is empty, because the relay reads the table. */
export const WAKE_CHANNEL = 'gavel_outbox';

/** Notifies the relay of one database that there are new rows. */
export interface Wake {
  /** Returns at once and never throws. Many calls in a row become few notifications. */
  nudge(): void;
}

const log = createLogger('outbox');
const wakes = new WeakMap<Pool, Wake>();

/** The wake of a pool's database, created on first use. */
export function wakeFor(pool: Pool): Wake {
  const known = wakes.get(pool);
  if (known) return known;
  const wake = createWake(pool);
  wakes.set(pool, wake);
  return wake;
}

/**
 * NOTIFY runs outside the business transaction. Inside it, NOTIFY takes a lock that all notifying transactions of the server
 * share, and holds it until the commit is flushed, so bids on different auctions would wait for each other.
 * Measured with deploy/proving/src/notify-cost (Postgres 15, fsync on, two busy cores, one event per transaction, separate
 * aggregates), commits per second inside / outside: 1 client 1,981 / 2,537; 8 clients 1,360 / 4,459; 32 clients
 * 3,011 / 4,364; 64 clients 1,133 / 3,583.
 *
 * The first call is sent at once. Calls that come while its statement runs share one second statement. When a notification is
 * lost (a crash after COMMIT, a lost connection), the relay finds the rows with its next poll.
 */
function createWake(pool: Pool): Wake {
  let running = false;
  let again = false;

  const send = async (): Promise<void> => {
    running = true;
    try {
      do {
        again = false;
        await pool.query({ name: 'outbox-wake', text: `SELECT pg_notify($1, '')`, values: [WAKE_CHANNEL] });
      } while (again);
    } catch (error) {
      log.debug({ err: error }, 'notification not sent, the relay finds the rows with its next poll');
    } finally {
      running = false;
    }
  };

  return {
    nudge() {
      if (running) again = true;
      else if (!pool.ended) void send();
    },
  };
}
