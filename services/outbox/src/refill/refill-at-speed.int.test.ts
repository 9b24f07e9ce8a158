import { partitionFor } from '@gavel/proto/partitioner';
import { EVENTS_EXCHANGE, partitionsOf, UNROUTED_EXCHANGE } from '@gavel/proto/topology';
import amqp from 'amqplib';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openCandidate } from '../relay/leader-session.ts';
import { REFILL_LEASE, startRenewing } from '../relay/lease.ts';
import { commitBids, createEventRig, type EventRig, type StoredEvent } from '../testing/event-rig.ts';
import { readOpenLosses } from './losses.ts';
import { refill } from './refill.ts';

const AWHILE = { timeout: 60_000, interval: 50 };
const OLD = 200_000;
const AGGREGATES = 400;
const X = 'gavel.bids-1';
// One aggregate in each partition.
const ITEMS = partitionsOf('gavel.bids').map((partition) => {
  let item = uuidv7();
  while (partitionFor('gavel.bids', item) !== partition) item = uuidv7();
  return { item, partition };
});

let rig: EventRig;
let committed = 0;
const closing: (() => Promise<void>)[] = [];
beforeAll(async () => {
  rig = await createEventRig();
  await appendOldEvents();
}, 120_000);
afterAll(async () => {
  for (const close of closing) await close();
  await rig.drop();
});

/** Published events of many auctions, each in a claim of its own, as the relay leaves them when bids come one by one. */
async function appendOldEvents(): Promise<void> {
  await commitBids(rig.pool, uuidv7(), 1);
  await rig.pool.query('ALTER SEQUENCE outbox_id_seq RESTART WITH 2');
  await rig.pool.query(
    `INSERT INTO outbox (event_id, type, subject, stream, aggregate_id, sequence, time, body)
     SELECT gen_random_uuid(), type, regexp_replace(subject, '[^.]+$', key), stream, key, 1 + n / $2, time, body
     FROM outbox, generate_series(0, $1 - 1) AS n,
          LATERAL (SELECT format('01970000-0000-7000-8000-%s', lpad((n % $2)::text, 12, '0')) AS key) AS aggregate
     WHERE id = 1 ORDER BY n`,
    [OLD - 1, AGGREGATES],
  );
  await rig.pool.query(
    `INSERT INTO outbox_claims (high_id, first_position, last_position, ids, gap_low, gap_high, epoch)
     SELECT id, id, id, ARRAY[id], '{}', '{}', 0 FROM outbox`,
  );
  await rig.pool.query('UPDATE outbox_relay SET published_position = $1', [OLD]);
  await rig.pool.query('ANALYZE');
}

/** The events of a partition: aggregate and sequence. */
const bidsIn = (stored: readonly StoredEvent[], partition: string): string[] =>
  stored
    .filter((event) => event.partition === partition)
    .map((event) => `${event.partitionkey} ${Number(event.sequence)}`);
const storedIn = async (partition: string): Promise<string[]> => bidsIn(await rig.readStream(), partition);
/** The watermark of now, if a relay holds the outbox while a refill holds its partition. */
const marksOfRelay = async (): Promise<number[]> => {
  const { rows } = await rig.pool.query<{ at: number }>(
    `SELECT published_position::float8 AS at FROM outbox_relay
     WHERE holder NOT LIKE 'refill%' AND EXISTS (SELECT FROM outbox_lost WHERE held)`,
  );
  return rows.map(({ at }) => at);
};
const watermark = async (): Promise<number> =>
  (await rig.pool.query<{ at: number }>('SELECT published_position::float8 AS at FROM outbox_relay')).rows[0]
    ?.at ?? 0;
const allPublished = (): Promise<void> =>
  vi.waitFor(async () => {
    const { rows } = await rig.pool.query<{ n: number }>('SELECT count(*)::float8 AS n FROM outbox');
    expect(await watermark()).toBe(rows[0]?.n);
  }, AWHILE);
/** What the partition must hold: everything in the order of positions. */
const expectedIn = async (partition: string): Promise<string[]> => {
  const { rows } = await rig.pool.query<{ aggregate: string; sequence: number }>(
    'SELECT aggregate_id AS aggregate, sequence::float8 AS sequence FROM outbox_by_position ORDER BY position',
  );
  return rows
    .filter(({ aggregate }) => partitionFor('gavel.bids', aggregate) === partition)
    .map(({ aggregate, sequence }) => `${aggregate} ${sequence}`);
};
const commitEverywhere = async (): Promise<void> => {
  committed += 1;
  for (const { item } of ITEMS) await commitBids(rig.pool, item, committed);
};
const options = () => ({ outbox: 'bids' as const, pool: rig.pool, ...rig.urls, partition: X });

describe('a refill of claims with one row each', () => {
  it('keeps the other partitions and the exchange going, and gives its own one back in order, while bids arrive', async () => {
    const relay = rig.relay();
    const exchange = await countBids(X);
    let refilling = true;
    const marks: number[] = [];
    const bidding = (async () => {
      while (refilling) {
        await commitEverywhere();
        marks.push(...(await marksOfRelay()));
      }
    })();
    const filled = await refill(options());
    refilling = false;
    await bidding;
    expect(filled.events).toBeGreaterThan(OLD / 8);
    expect(new Set(marks).size).toBeGreaterThan(1);
    expect(await readOpenLosses(rig.pool)).toEqual([]);
    await commitEverywhere();
    await allPublished();
    const stored = await rig.readStream();
    expect(bidsIn(stored, X)).toEqual(await expectedIn(X));
    for (const { item, partition } of ITEMS) {
      const own = bidsIn(stored, partition).filter((bid) => bid.startsWith(item));
      expect(own).toEqual(Array.from({ length: committed }, (_, n) => `${item} ${n + 1}`));
    }
    await vi.waitFor(() => expect(exchange.size).toBe(committed), AWHILE);
    await relay.stop();
  }, 120_000);

  it('that is ended half-way leaves a known loss, to which the relay adds what it published to the exchange only', async () => {
    const relay = rig.relay();
    const stop = new AbortController();
    const refilling = refill({
      ...options(),
      signal: stop.signal,
      onProgress: (position) => {
        if (position > OLD / 2) stop.abort(new Error('enough'));
      },
    });
    await expect(refilling).rejects.toThrow('enough');
    await commitEverywhere();
    await allPublished();
    await vi.waitFor(async () => {
      const { rows } = await rig.pool.query('SELECT held FROM outbox_lost WHERE refilled_at IS NULL');
      expect(rows).toEqual([{ held: false }]);
    }, AWHILE);
    expect(await readOpenLosses(rig.pool)).toMatchObject([{ partition: X, byRefill: true }]);
    const known = (await storedIn(X)).length;
    await commitEverywhere();
    await allPublished();
    expect((await storedIn(X)).length).toBe(known + 1);
    await refill(options());
    await allPublished();
    expect(await storedIn(X)).toEqual(await expectedIn(X));
    await relay.stop();
  }, 120_000);

  it('is refused while another one works', async () => {
    const other = await openCandidate(rig.pool);
    expect(await other.tryLock(REFILL_LEASE)).toBe(true);
    const renewing = startRenewing(rig.pool, REFILL_LEASE, other.backend);
    await expect(refill(options())).rejects.toThrow('another refill of this outbox is running');
    await renewing.stop();
    other.close();
  }, 30_000);

  it('that is frozen loses its partition: the relay ends its session and publishes to the partition again', async () => {
    const frozen = await openCandidate(rig.pool);
    await vi.waitFor(async () => expect(await frozen.tryLock(REFILL_LEASE)).toBe(true), AWHILE);
    await rig.pool.query(
      `INSERT INTO outbox_lost (partition, first_position, last_position, by_refill, held) VALUES ($1, 1, 1, true, true)`,
      [X],
    );
    const relay = rig.relay();
    await commitEverywhere();
    await expect(frozen.lost).rejects.toThrow('lost');
    frozen.close();
    await vi.waitFor(async () => {
      const { rows } = await rig.pool.query('SELECT held FROM outbox_lost WHERE refilled_at IS NULL');
      expect(rows).toEqual([{ held: false }]);
    }, AWHILE);
    await commitEverywhere();
    await allPublished();
    expect((await storedIn(X)).at(-1)).toContain(` ${committed}`);
    const [loss] = await readOpenLosses(rig.pool);
    expect(loss?.lastPosition).toBeGreaterThan(OLD);
    await refill(options());
    await allPublished();
    expect(await storedIn(X)).toEqual(await expectedIn(X));
    await relay.stop();
  }, 120_000);
});

/** The ids of the events of a partition that arrive from the exchange from now on. */
async function countBids(partition: string): Promise<Set<string>> {
  const seen = new Set<string>();
  const item = ITEMS.find((each) => each.partition === partition)?.item ?? '';
  const connection = await amqp.connect(rig.urls.amqpUrl);
  connection.on('error', () => undefined);
  closing.push(() => connection.close());
  const channel = await connection.createChannel();
  await channel.assertExchange(EVENTS_EXCHANGE, 'topic', {
    durable: true,
    alternateExchange: UNROUTED_EXCHANGE,
  });
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, EVENTS_EXCHANGE, `gavel.bids.bid_placed.${item}`);
  await channel.consume(queue, (message) => void seen.add(String(message?.properties.messageId)), {
    noAck: true,
  });
  return seen;
}
