import type { Transaction } from '@gavel/postgres/transaction';

/** Records events as handled by a consumer and returns the ids of those that were not yet. */
export async function claimNewEvents(
  tx: Transaction,
  consumer: string,
  eventIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await tx.query<{ event_id: string }>({
    name: 'claim-new-events',
    text: `INSERT INTO processed_events (consumer, event_id)
           SELECT $1, id FROM unnest($2::uuid[]) AS id
           ON CONFLICT DO NOTHING RETURNING event_id`,
    values: [consumer, eventIds],
  });
  return new Set(rows.map((row) => row.event_id));
}
