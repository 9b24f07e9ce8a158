import type { LeaderSession } from './leader-session.ts';

/**
 * Puts one claimed row where an operator finds it, with the reason why no broker will take it. Its position stays
 * unused; later events go on, those of the same aggregate too: consumers see the gap in `sequence`. Once per position.
 */
export async function setAside(
  session: LeaderSession,
  position: number,
  id: number,
  problem: string,
): Promise<void> {
  await session.query({
    text: `INSERT INTO outbox_set_aside
             (position, outbox_id, event_id, type, subject, stream, aggregate_id, sequence, time, traceparent, tracestate,
              body, problem)
           SELECT $1, o.id, o.event_id, o.type, o.subject, o.stream, o.aggregate_id, o.sequence, o.time, o.traceparent,
                  o.tracestate, o.body, $3
           FROM outbox o WHERE o.id = $2
           ON CONFLICT (position) DO NOTHING`,
    values: [position, id, problem],
  });
}
