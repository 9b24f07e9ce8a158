import type { Transaction } from '@gavel/postgres/transaction';
import { SAME_MESSAGE } from '../adapters/postgres/dead-letters.ts';
import { quoted, runtimeTables } from './shadow-schema.ts';

/**
 * Replaces the consumer's checkpoints, processed events and dead letters by the shadow's. Only differences are written: if
 * both have a record of an event, the live one stays. The consumer's checkpoints must be locked.
 */
export async function takeOverRecords(tx: Transaction, consumer: string, shadow: string): Promise<void> {
  const [checkpoints, processed, deadLetters] = [
    quoted(shadow, 'checkpoints'),
    quoted(shadow, 'processed_events'),
    quoted(shadow, 'dead_letters'),
  ];
  // The group reads these offsets again and parks events again if needed; a dead letter that stayed would be handled twice.
  // Dead letters beyond the live checkpoint belong to an older stream of that name, which is not read again.
  await tx.query(
    `DELETE FROM public.dead_letters l USING public.checkpoints live, ${checkpoints} s
     WHERE l.consumer = $1 AND l.status <> 'discarded'
       AND (live.consumer, live.stream_partition) = (l.consumer, l.stream_partition)
       AND (s.consumer, s.stream_partition) = (l.consumer, l.stream_partition)
       AND l.stream_offset > coalesce(s.last_offset, -1) AND l.stream_offset <= live.last_offset`,
    [consumer],
  );
  await tx.query(
    `UPDATE public.checkpoints live
     SET last_offset = nullif(s.last_offset, -1), seen_offset = s.seen_offset, seen_message = s.seen_message, updated_at = now()
     FROM ${checkpoints} s WHERE (live.consumer, live.stream_partition) = (s.consumer, s.stream_partition)
       AND live.consumer = $1`,
    [consumer],
  );
  // Projection and records belong together: an event that the new tables do not hold may be applied when it arrives.
  await tx.query(`ANALYZE ${processed}`);
  await tx.query(
    `DELETE FROM public.processed_events live WHERE consumer = $1
       AND NOT EXISTS (SELECT FROM ${processed} p WHERE p.consumer = live.consumer AND p.event_id = live.event_id)`,
    [consumer],
  );
  await tx.query(
    `INSERT INTO public.processed_events (consumer, event_id, processed_at)
     SELECT consumer, event_id, processed_at FROM ${processed} p
     WHERE NOT EXISTS (SELECT FROM public.processed_events live
                       WHERE live.consumer = p.consumer AND live.event_id = p.event_id)`,
  );
  // A parked event that the replay handled is resolved; one that the replay parked too stays as it is.
  await tx.query(
    `UPDATE public.dead_letters live SET status = 'redriven', settled_at = now()
     WHERE consumer = $1 AND status = 'parked'
       AND EXISTS (SELECT FROM ${processed} p WHERE p.consumer = live.consumer AND p.event_id = live.event_id)
       AND NOT EXISTS (SELECT FROM ${deadLetters} l
                       WHERE (l.stream_partition, l.stream_offset, l.event_id)
                           = (live.stream_partition, live.stream_offset, live.event_id))`,
    [consumer],
  );
  await tx.query(
    `INSERT INTO public.dead_letters AS live (consumer, stream_partition, stream_offset, event_id, event_type, aggregate_id,
       headers, body, reason, error, stack, attempts, trace_id, status, parked_at)
     SELECT consumer, stream_partition, stream_offset, event_id, event_type, aggregate_id,
       headers, body, reason, error, stack, attempts, trace_id, status, parked_at FROM ${deadLetters} ORDER BY id
     ON CONFLICT ${SAME_MESSAGE} DO UPDATE
       SET status = 'parked', settled_at = NULL, parked_at = excluded.parked_at, reason = excluded.reason,
         error = excluded.error, stack = excluded.stack
       WHERE live.status <> 'discarded'`,
  );
  // Makes each dead letter the owner of its event's record (see lockDeadLetter).
  await tx.query(
    `UPDATE public.processed_events p SET processed_at = l.parked_at FROM ${deadLetters} l
     WHERE (p.consumer, p.event_id) = (l.consumer, l.event_id) AND p.processed_at <> l.parked_at
       AND l.reason IN ('handler_failed', 'waits_for_earlier')`,
  );
}

/**
 * Copies the consumer's checkpoints, processed events and parked events into a schema, in the form of a shadow's. The
 * consumer's checkpoints must be locked.
 */
export async function keepRecords(tx: Transaction, consumer: string, schema: string): Promise<void> {
  for (const table of runtimeTables) {
    const copy = quoted(schema, table);
    await tx.query(`CREATE TABLE ${copy} (LIKE ${quoted('public', table)})`);
    // A shadow's dead letters are all parked; decisions about the others stay where they are.
    const parked = table === 'dead_letters' ? " AND status = 'parked'" : '';
    await tx.query(
      `INSERT INTO ${copy} SELECT * FROM ${quoted('public', table)} WHERE consumer = $1${parked}`,
      [consumer],
    );
  }
}

/** Deletes the parked events that were not parked when a swap kept its records: the old tables hold them, or will read them again. */
export async function forgetLaterParked(tx: Transaction, consumer: string, schema: string): Promise<void> {
  await tx.query(
    `DELETE FROM public.dead_letters live WHERE consumer = $1 AND status = 'parked'
       AND NOT EXISTS (SELECT FROM ${quoted(schema, 'dead_letters')} kept
                       WHERE (kept.stream_partition, kept.stream_offset) = (live.stream_partition, live.stream_offset)
                         AND kept.event_id IS NOT DISTINCT FROM live.event_id)`,
    [consumer],
  );
}
