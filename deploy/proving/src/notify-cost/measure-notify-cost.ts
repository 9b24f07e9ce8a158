import { append, WAKE_CHANNEL } from '@gavel/outbox/append';
import { createPool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { v7 as uuidv7 } from 'uuid';

export interface NotifyCostOptions {
  /** A database with the outbox's migrations, with fsync on and nothing else running on the server. */
  databaseUrl: string;
  clients?: number;
  /** Duration per method. The first fifth is not counted. */
  seconds?: number;
}

export interface NotifyCost {
  /** Commits per second with pg_notify inside the business transaction. */
  inTransaction: number;
  /** Commits per second with the wake after the commit, as `append` does it. */
  afterCommit: number;
}

/**
 * Measures what a NOTIFY inside the business transaction costs. Each client appends one event per transaction to its own
 * aggregates, so clients wait for each other only at the server-wide lock of the notification.
 */
export async function measureNotifyCost(options: NotifyCostOptions): Promise<NotifyCost> {
  const notify = (tx: Transaction): Promise<unknown> =>
    tx.query(`SELECT pg_notify($1, '')`, [`${WAKE_CHANNEL}_bench`]);
  const nothing = async (): Promise<void> => undefined;
  // Each method twice, interleaved, so that changes of the machine's speed affect both.
  const inside = [await commits(options, notify)];
  const after = [await commits(options, nothing)];
  inside.push(await commits(options, notify));
  after.push(await commits(options, nothing));
  return { inTransaction: Math.max(...inside), afterCommit: Math.max(...after) };
}

async function commits(
  options: NotifyCostOptions,
  extra: (tx: Transaction) => Promise<unknown>,
): Promise<number> {
  const clients = options.clients ?? 32;
  const milliseconds = (options.seconds ?? 5) * 1000;
  const pool = createPool({
    connectionString: options.databaseUrl,
    applicationName: 'bench',
    max: clients + 1,
  });
  const start = performance.now();
  const from = start + milliseconds / 5;
  const until = start + milliseconds;
  let counted = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const itemId = uuidv7();
      for (let sequence = 1n; performance.now() < until; sequence++) {
        await transaction(pool, async (tx) => {
          await append(tx, [{ schema: BidPlacedSchema, body: { itemId }, aggregateId: itemId, sequence }]);
          await extra(tx);
        });
        if (performance.now() > from) counted += 1;
      }
    }),
  );
  await pool.end();
  return Math.round(counted / ((until - from) / 1000));
}
