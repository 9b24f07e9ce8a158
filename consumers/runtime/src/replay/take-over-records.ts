import type { Transaction } from '@gavel/postgres/transaction';
import { SAME_MESSAGE } from '../adapters/postgres/dead-letters.ts';
import { quoted } from './shadow-schema.ts';

/**
 * Checkpoints, processed events and dead letters of the live side become the shadow's. Only what differs is written: of
 * two records of one event the live one stays. Expects the consumer's checkpoints to be locked.
 */
export async function takeOverRecords(tx: Transaction, consumer: string, shadow: string): Promise<void> {
  const [checkpoints, processed, letters] = [
    quoted(shadow, 'checkpoints'),
    quoted(shadow, 'processed_events'),
    quoted(shadow, 'dead_letters'),
  ];
  // What the group reads again is parked again where it has to be; a letter left over would be handled a second time. One
  // beyond the live checkpoint too is of an older stream of that name and is not read again.
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
     SET last_offset = s.last_offset, seen_offset = s.seen_offset, seen_message = s.seen_message, updated_at = now()
     FROM ${checkpoints} s WHERE (live.consumer, live.stream_partition) = (s.consumer, s.stream_partition)
       AND live.consumer = $1`,
    [consumer],
  );
  // Projection and record belong together: what the new tables do not hold may be applied when it comes.
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
  // A parked event that the replay could handle is settled; one that it parked as well stays as it was.
  await tx.query(
    `UPDATE public.dead_letters live SET status = 'redriven', settled_at = now()
     WHERE consumer = $1 AND status = 'parked'
       AND EXISTS (SELECT FROM ${processed} p WHERE p.consumer = live.consumer AND p.event_id = live.event_id)
       AND NOT EXISTS (SELECT FROM ${letters} l
                       WHERE (l.stream_partition, l.stream_offset, l.event_id)
                           = (live.stream_partition, live.stream_offset, live.event_id))`,
    [consumer],
  );
  await tx.query(
    `INSERT INTO public.dead_letters AS live (consumer, stream_partition, stream_offset, event_id, event_type, aggregate_id,
       headers, body, reason, error, stack, attempts, trace_id, status, parked_at)
     SELECT consumer, stream_partition, stream_offset, event_id, event_type, aggregate_id,
       headers, body, reason, error, stack, attempts, trace_id, status, parked_at FROM ${letters} ORDER BY id
     ON CONFLICT ${SAME_MESSAGE} DO UPDATE
       SET status = 'parked', settled_at = NULL, parked_at = excluded.parked_at, reason = excluded.reason,
         error = excluded.error, stack = excluded.stack
       WHERE live.status <> 'discarded'`,
  );
  // So that each letter is known as the owner of its event's record (see lockLetter).
  await tx.query(
    `UPDATE public.processed_events p SET processed_at = l.parked_at FROM ${letters} l
     WHERE (p.consumer, p.event_id) = (l.consumer, l.event_id) AND p.processed_at <> l.parked_at
       AND l.reason IN ('handler_failed', 'waits_for_earlier')`,
  );
}
