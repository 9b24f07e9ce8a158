import { setTimeout as delay } from 'node:timers/promises';
import { append } from '@gavel/outbox/append';
import { startListener } from '@gavel/postgres/listener';
import { createPool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { v7 as uuid } from 'uuid';
import type { System } from '../system/start-system.ts';
import { type Percentiles, percentiles } from './percentiles.ts';
import { bidPlaced } from './sample-events.ts';

const CHANNEL = 'bench_projected';

// The commit of the projection sends a notification: Postgres delivers it a fraction of a millisecond after the commit, so
// nothing has to poll.
const INSTALL = `
  CREATE OR REPLACE FUNCTION bench_projected() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('${CHANNEL}', event_id::text) FROM inserted;
    RETURN NULL;
  END $$;
  CREATE OR REPLACE TRIGGER bench_projected AFTER INSERT ON processed_events
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION bench_projected();`;
const REMOVE = `
  DROP TRIGGER IF EXISTS bench_projected ON processed_events;
  DROP FUNCTION IF EXISTS bench_projected();`;

/**
 * Milliseconds from the writer's answer to COMMIT until the commit of the projection in another process, through outbox, relay,
 * stream and consumer, at a steady rate. Both ends are measured in this process, with one clock.
 */
export async function measureCommitToProjection(
  system: System,
  ratePerSecond: number,
  seconds: number,
): Promise<Percentiles> {
  const bids = createPool({ connectionString: system.databaseUrls.gavel_bids, applicationName: 'bench' });
  const stats = createPool({
    connectionString: system.databaseUrls.gavel_stats,
    applicationName: 'bench',
    max: 2,
  });
  const committed = new Map<string, number>();
  const projected = new Map<string, number>();
  const listening = Promise.withResolvers<void>();
  const listener = startListener({
    connectionString: system.databaseUrls.gavel_stats,
    channel: CHANNEL,
    onNotify: (eventId) => projected.set(eventId, performance.now()),
    onConnect: () => listening.resolve(),
  });
  try {
    await listening.promise;
    await stats.query(INSTALL);
    const total = Math.round(ratePerSecond * seconds);
    const began = performance.now();
    const commits: Promise<void>[] = [];
    for (let n = 0; n < total; n += 1) {
      await delay(Math.max(0, began + (n * 1000) / ratePerSecond - performance.now()));
      commits.push(
        commitOne(bids).then(({ eventId, at }) => {
          committed.set(eventId, at);
        }),
      );
    }
    await Promise.all(commits);
    const deadline = performance.now() + 30_000;
    while ([...committed.keys()].some((id) => !projected.has(id))) {
      if (performance.now() > deadline) throw new Error('events did not reach the projection within 30 s');
      await delay(20);
    }
    return percentiles([...committed].map(([id, at]) => Math.max(0, (projected.get(id) ?? Number.NaN) - at)));
  } finally {
    await stats.query(REMOVE);
    await listener.stop();
    await Promise.all([bids.end(), stats.end()]);
  }
}

async function commitOne(pool: ReturnType<typeof createPool>): Promise<{ eventId: string; at: number }> {
  const itemId = uuid();
  const eventId = await transaction(pool, async (tx) => {
    const body = bidPlaced(itemId, uuid(), 1n);
    await append(tx, [{ schema: BidPlacedSchema, aggregateId: itemId, sequence: 1n, body }]);
    const { rows } = await tx.query<{ event_id: string }>(
      'SELECT event_id FROM outbox WHERE aggregate_id = $1',
      [itemId],
    );
    return rows[0]?.event_id ?? '';
  });
  return { eventId, at: performance.now() };
}
