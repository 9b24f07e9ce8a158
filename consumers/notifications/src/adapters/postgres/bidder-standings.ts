import type { Transaction } from '@gavel/postgres/transaction';
import type { Moment, Standing } from '../../domain/standing.ts';

interface Row {
  user_id: string;
  sequence: bigint;
  event_id: string | null;
  amount: bigint | null;
  currency: string | null;
  placed_at: Date | null;
  lost_sequence: bigint;
  lost_event_id: string | null;
  lost_amount: bigint | null;
  lost_currency: string | null;
  lost_at: Date | null;
  told_sequence: bigint;
}

/** The standings of those users who have bid on the item. */
export async function findStandings(
  tx: Transaction,
  itemId: string,
  userIds: readonly string[],
): Promise<Standing[]> {
  const { rows } = await tx.query<Row>({
    name: 'find-standings',
    text: 'SELECT * FROM bidders WHERE item_id = $1 AND user_id = ANY ($2::uuid[])',
    values: [itemId, userIds],
  });
  return rows.map((row) => toStanding(itemId, row));
}

/** The last known leader. */
export async function findLeader(tx: Transaction, itemId: string): Promise<Standing | undefined> {
  const { rows } = await tx.query<Row>({
    name: 'find-leader',
    text: 'SELECT * FROM bidders WHERE item_id = $1 AND sequence > 0 ORDER BY sequence DESC LIMIT 1',
    values: [itemId],
  });
  return rows[0] && toStanding(itemId, rows[0]);
}

/** Inserts standings, or overwrites the stored ones. */
export async function writeStandings(
  tx: Transaction,
  itemId: string,
  standings: readonly Standing[],
): Promise<void> {
  await tx.query({
    name: 'write-standings',
    text: `INSERT INTO bidders (item_id, user_id, sequence, event_id, amount, currency, placed_at,
             lost_sequence, lost_event_id, lost_amount, lost_currency, lost_at, told_sequence)
           SELECT $1, * FROM unnest($2::uuid[], $3::bigint[], $4::uuid[], $5::bigint[], $6::text[], $7::timestamptz[],
             $8::bigint[], $9::uuid[], $10::bigint[], $11::text[], $12::timestamptz[], $13::bigint[])
           ON CONFLICT (item_id, user_id) DO UPDATE SET sequence = excluded.sequence, event_id = excluded.event_id,
             amount = excluded.amount, currency = excluded.currency, placed_at = excluded.placed_at,
             lost_sequence = excluded.lost_sequence, lost_event_id = excluded.lost_event_id,
             lost_amount = excluded.lost_amount, lost_currency = excluded.lost_currency, lost_at = excluded.lost_at,
             told_sequence = excluded.told_sequence`,
    values: [
      itemId,
      standings.map(({ userId }) => userId),
      ...momentColumns(standings.map(({ led }) => led)),
      ...momentColumns(standings.map(({ lost }) => lost)),
      standings.map(({ notified }) => notified),
    ],
  });
}

function momentColumns(moments: readonly (Moment | undefined)[]): unknown[][] {
  return [
    moments.map((moment) => moment?.sequence ?? 0n),
    moments.map((moment) => moment?.eventId ?? null),
    moments.map((moment) => moment?.price.amount ?? null),
    moments.map((moment) => moment?.price.currency ?? null),
    moments.map((moment) => moment?.at ?? null),
  ];
}

function toStanding(itemId: string, row: Row): Standing {
  return {
    userId: row.user_id,
    led: toMoment(itemId, row.sequence, row.event_id, row.amount, row.currency, row.placed_at),
    lost: toMoment(
      itemId,
      row.lost_sequence,
      row.lost_event_id,
      row.lost_amount,
      row.lost_currency,
      row.lost_at,
    ),
    notified: row.told_sequence,
  };
}

function toMoment(
  itemId: string,
  sequence: bigint,
  eventId: string | null,
  amount: bigint | null,
  currency: string | null,
  at: Date | null,
): Moment | undefined {
  if (eventId === null || amount === null || currency === null || at === null) return undefined;
  return { itemId, sequence, eventId, price: { amount, currency }, at };
}
