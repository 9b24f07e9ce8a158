import type { LeaderSession } from '../leader-session.ts';
import type { ReaderState } from '../read/row-reader.ts';

/** What a relay reads from the outbox when it takes it over. */
export interface TermStart {
  /** The number of this term. Every claim names it. */
  readonly epoch: number;
  /** The watermark: stream and exchange have confirmed all positions up to this one. */
  readonly publishedPosition: number;
  /** The highest position of each stream partition that the broker has confirmed. */
  readonly confirmed: Readonly<Record<string, number>>;
  /** The highest position that was given so far, 0 for none. */
  readonly lastPosition: number;
  readonly reader: ReaderState;
}

/** Another relay has taken the outbox over; this one must stop. */
export class FencedError extends Error {
  override readonly name = 'FencedError';

  constructor(epoch: number) {
    super(`another relay took the outbox over after epoch ${epoch}`);
  }
}

/**
 * Takes a new epoch and reads where the last relay stopped. After this no earlier relay can claim.
 *
 * @param holder shown by the command line: `<host>:<process id>`
 */
export async function beginTerm(session: LeaderSession, holder: string): Promise<TermStart> {
  const [relay] = await session.query<{
    epoch: bigint;
    published: bigint;
    confirmed: Record<string, number>;
  }>({
    text: `UPDATE outbox_relay SET epoch = epoch + 1, holder = $1, since = clock_timestamp()
           RETURNING epoch, published_position AS published, confirmed`,
    values: [holder],
  });
  if (!relay) throw new Error('outbox_relay has no row: the outbox migrations did not run here');
  const [newest] = await session.query<{ last: bigint; high: bigint; lows: bigint[]; highs: bigint[] }>({
    text: `SELECT last_position AS last, high_id AS high, gap_low AS lows, gap_high AS highs
           FROM outbox_claims ORDER BY last_position DESC LIMIT 1`,
  });
  return {
    epoch: Number(relay.epoch),
    publishedPosition: Number(relay.published),
    confirmed: relay.confirmed,
    lastPosition: Number(newest?.last ?? 0),
    reader: {
      highId: Number(newest?.high ?? 0),
      gaps: (newest?.lows ?? []).map((low, i) => ({ low: Number(low), high: Number(newest?.highs[i]) })),
    },
  };
}
