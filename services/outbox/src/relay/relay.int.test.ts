import { transaction } from '@gavel/postgres/transaction';
import { partitionFor } from '@gavel/proto/partitioner';
import { EVENTS_EXCHANGE, partitionsOf, UNROUTED_EXCHANGE, UNROUTED_QUEUE } from '@gavel/proto/topology';
import { createHealth } from '@gavel/service-runtime/health';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { appendBids, commitBids, createEventRig, type EventRig } from '../testing/event-rig.ts';
import { addRelayChecks } from './readiness.ts';
import type { Relay, RelayOptions } from './start-relay.ts';

const AWHILE = { timeout: 30_000, interval: 50 };

let rig: EventRig;
let relays: Relay[];
beforeAll(async () => {
  rig = await createEventRig();
});
afterAll(() => rig.drop());
beforeEach(() => {
  relays = [];
});
afterEach(async () => {
  for (const relay of relays) await relay.stop();
});

const start = (options: Partial<RelayOptions> = {}): Relay => {
  const relay = rig.relay(options);
  relays.push(relay);
  return relay;
};
const isActive = (relay: Relay): Promise<void> =>
  vi.waitFor(() => {
    expect(relay.status()).toMatchObject({
      role: 'active',
      stream: { connected: true },
      exchange: { connected: true },
    });
  }, AWHILE);
/** Everything that was committed is marked as published. */
const allPublished = (): Promise<void> =>
  vi.waitFor(async () => {
    const { rows } = await rig.pool.query<{ done: boolean }>(
      `SELECT published_position = (SELECT coalesce(max(last_position), 0) FROM outbox_claims)
          AND (SELECT coalesce(sum(cardinality(ids)), 0) FROM outbox_claims) = (SELECT count(*) FROM outbox) AS done
       FROM outbox_relay`,
    );
    expect(rows[0]?.done).toBe(true);
  }, AWHILE);
/** Stops the active relay. Returns after how many milliseconds the other one had taken over. */
const takeOver = async (active: Relay, standby: Relay): Promise<number> => {
  await active.stop();
  const ended = performance.now();
  await vi.waitFor(() => expect(standby.status().role).toBe('active'), { ...AWHILE, interval: 10 });
  return performance.now() - ended;
};
const sequencesOf = async (item: string): Promise<number[]> =>
  (await rig.readStream())
    .filter((event) => event.partitionkey === item)
    .map((event) => Number(event.sequence));
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('the relay', () => {
  it('publishes committed events in order to the stream and to the topic exchange, and no rolled-back event', async () => {
    start();
    const item = uuidv7();
    await rig.withBroker(async (connection) => {
      const channel = await connection.createChannel();
      await channel.assertExchange(EVENTS_EXCHANGE, 'topic', {
        durable: true,
        alternateExchange: UNROUTED_EXCHANGE,
      });
      await channel.assertQueue('watch');
      await channel.bindQueue('watch', EVENTS_EXCHANGE, `gavel.bids.*.${item}`);
    });
    await commitBids(rig.pool, item, 1);
    await transaction(rig.pool, async (tx) => {
      await appendBids(tx, item, 2);
      throw new Error('no');
    }).catch(() => undefined);
    await commitBids(rig.pool, item, 2, 3);
    await allPublished();
    expect(await sequencesOf(item)).toEqual([1, 2, 3]);
    const [event] = (await rig.readStream()).filter((each) => each.partitionkey === item);
    expect(event).toMatchObject({
      partition: partitionFor('gavel.bids', item),
      source: '/gavel/bids',
      type: 'bids.v1.BidPlaced',
      subject: `gavel.bids.bid_placed.${item}`,
    });
    await rig.withBroker(async (connection) => {
      const channel = await connection.createChannel();
      const first = await channel.get('watch', { noAck: true });
      expect(first).toMatchObject({
        fields: { routingKey: `gavel.bids.bid_placed.${item}` },
        properties: { messageId: event?.id, deliveryMode: 2, contentType: 'application/protobuf' },
      });
    });
  });

  it('stores when each event was confirmed', async () => {
    const relay = start();
    await isActive(relay);
    for (const sequence of upTo(3)) {
      await commitBids(rig.pool, uuidv7(), sequence);
      await allPublished();
    }
    await relay.stop();
    const { rows } = await rig.pool.query<{ positions: bigint; timed: bigint; early: bigint; late: bigint }>(
      `SELECT r.published_position AS positions, count(m) AS timed, count(*) FILTER (WHERE m.confirmed_at < p.claimed_at) AS early,
              count(*) FILTER (WHERE m.confirmed_at > clock_timestamp()) AS late
       FROM outbox_relay r, outbox_by_position p
       LEFT JOIN outbox_marks m ON p.position BETWEEN m.first_position AND m.last_position
       GROUP BY 1`,
    );
    expect(rows[0]?.positions).toBeGreaterThanOrEqual(3n);
    expect(rows[0]).toEqual({
      positions: rows[0]?.positions,
      timed: rows[0]?.positions,
      early: 0n,
      late: 0n,
    });
  });

  it('publishes at once after a notification, and without one with its next poll', async () => {
    const relay = start({ pollMs: 60_000 });
    await isActive(relay);
    const item = uuidv7();
    await commitBids(rig.pool, item, 1);
    await allPublished();
    await relay.stop();

    const polling = start({ pollMs: 200 });
    await isActive(polling);
    await rig.pool.query(
      `INSERT INTO outbox (event_id, type, subject, stream, aggregate_id, sequence, time, body)
       SELECT gen_random_uuid(), type, subject, stream, aggregate_id, 2, now(), body FROM outbox WHERE aggregate_id = $1`,
      [item],
    );
    await allPublished();
    expect(await sequencesOf(item)).toEqual([1, 2]);
  });

  it('publishes a thousand events without waiting for a poll', async () => {
    const relay = start({ pollMs: 60_000 });
    await isActive(relay);
    const item = uuidv7();
    await commitBids(rig.pool, item, ...upTo(1000));
    await allPublished();
    expect(await sequencesOf(item)).toEqual(upTo(1000));
  });

  it('sends an event that no queue is bound to into the unrouted queue', async () => {
    // A connected relay has declared the queue.
    await isActive(start());
    const item = uuidv7();
    await rig.withBroker(async (connection) => {
      const channel = await connection.createChannel();
      await channel.purgeQueue(UNROUTED_QUEUE);
      await commitBids(rig.pool, item, 1);
      await allPublished();
      const kept = await vi.waitFor(async () => {
        const got = await channel.get(UNROUTED_QUEUE, { noAck: true });
        expect(got).not.toBe(false);
        return got;
      }, AWHILE);
      expect(kept).toMatchObject({ fields: { routingKey: `gavel.bids.bid_placed.${item}` } });
    });
  });

  it('declares a missing queue and sends an event again that the exchange has returned', async () => {
    const relay = start();
    await isActive(relay);
    await rig.withBroker(async (connection) => {
      const channel = await connection.createChannel();
      await channel.deleteQueue(UNROUTED_QUEUE);
      await channel.deleteExchange(UNROUTED_EXCHANGE);
    });
    const item = uuidv7();
    await commitBids(rig.pool, item, 1);
    await allPublished();
    await rig.withBroker(async (connection) => {
      const channel = await connection.createChannel();
      const kept = await channel.get(UNROUTED_QUEUE, { noAck: true });
      expect(kept).toMatchObject({ fields: { routingKey: `gavel.bids.bid_placed.${item}` } });
    });
  });

  it('sets a bad row aside with the reason, and publishes the others', async () => {
    const item = uuidv7();
    await commitBids(rig.pool, item, 1);
    await rig.pool.query(
      `INSERT INTO outbox (event_id, type, subject, stream, aggregate_id, sequence, time, body)
       VALUES (gen_random_uuid(), 'bids.v1.Nonsense', 'gavel.bids.x.y', 'gavel.bids', $1, 2, now(), ''),
              (gen_random_uuid(), 'bids.v1.BidPlaced', 'gavel.bids.bid_placed.y', 'gavel.bids', $1, 3, now(), $2)`,
      [item, Buffer.alloc(1_100_000)],
    );
    await commitBids(rig.pool, item, 4);
    start();
    await allPublished();
    expect(await sequencesOf(item)).toEqual([1, 4]);
    const { rows } = await rig.pool.query('SELECT sequence, problem FROM outbox_set_aside ORDER BY position');
    expect(rows).toEqual([
      { sequence: 2n, problem: 'event type bids.v1.Nonsense is not in the registry' },
      { sequence: 3n, problem: expect.stringMatching(/bytes do not fit/) },
    ]);
    await rig.pool.query('DELETE FROM outbox_set_aside');
  });

  it('is on standby while another relay is active, and takes over within two seconds after its end', async () => {
    const first = start();
    await isActive(first);
    const second = start();
    const item = uuidv7();
    await commitBids(rig.pool, item, ...upTo(100));
    await allPublished();
    expect(second.status()).toMatchObject({ role: 'standby', problem: undefined });
    const health = createHealth();
    addRelayChecks(health, second);
    expect(await health.report()).toMatchObject({
      status: 'ok',
      checks: { outbox: { detail: { role: 'standby', events: 0 } }, stream: { detail: 'standing by' } },
    });
    await commitBids(rig.pool, item, ...upTo(100).map((n) => n + 100));
    // The faster of two takeovers counts, because the machine may have been busy during the other one.
    const took = [await takeOver(first, second), await takeOver(second, start())];
    expect(Math.min(...took)).toBeLessThan(2_000);
    await commitBids(rig.pool, item, ...upTo(100).map((n) => n + 200));
    await allPublished();
    expect(await sequencesOf(item)).toEqual(upTo(300));
  });

  it('takes the outbox again after it has lost its database session', async () => {
    const relay = start();
    await isActive(relay);
    const item = uuidv7();
    for (let i = 0; i < 3; i++) {
      await commitBids(rig.pool, item, ...upTo(300).map((n) => i * 300 + n));
      await rig.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'relay-bids'`,
      );
    }
    await allPublished();
    expect(await sequencesOf(item)).toEqual(upTo(900));
  });

  it('publishes each event once into the stream when two relays take the outbox from each other', async () => {
    const two = [start({ pollMs: 50 }), start({ pollMs: 50 })];
    const item = uuidv7();
    for (let i = 0; i < 6; i++) {
      await commitBids(rig.pool, item, ...upTo(500).map((n) => i * 500 + n));
      // The active relay loses its session during its work and has not noticed it yet.
      await rig.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
    }
    await allPublished();
    expect(await sequencesOf(item)).toEqual(upTo(3000));
    // The relay that lost its session last may not have noticed it yet.
    await vi.waitFor(
      () => expect(two.filter((relay) => relay.status().role === 'active')).toHaveLength(1),
      AWHILE,
    );
  });

  it('continues above the positions of the stream when the database was restored from an older copy', async () => {
    const relay = start();
    const item = uuidv7();
    await commitBids(rig.pool, item, 1, 2, 3);
    await allPublished();
    await relay.stop();
    const { rows } = await rig.pool.query<{ last: bigint }>(
      'SELECT max(last_position) AS last FROM outbox_claims',
    );
    await rig.pool.query('TRUNCATE outbox, outbox_claims; UPDATE outbox_relay SET published_position = 0');
    await commitBids(rig.pool, item, 4, 5);
    start();
    await allPublished();
    expect(await sequencesOf(item)).toEqual([1, 2, 3, 4, 5]);
    const { rows: after } = await rig.pool.query<{ first: bigint }>(
      'SELECT min(first_position) AS first FROM outbox_claims',
    );
    expect(after[0]?.first).toBeGreaterThan(rows[0]?.last ?? 0n);
  });

  it('declares deleted streams again', async () => {
    const relay = start();
    await isActive(relay);
    await rig.withBroker(async (connection) => {
      const channel = await connection.createChannel();
      for (const partition of partitionsOf('gavel.bids')) await channel.deleteQueue(partition);
    });
    const item = uuidv7();
    await commitBids(rig.pool, item, 1, 2);
    await allPublished();
    expect(await sequencesOf(item)).toEqual([1, 2]);
  });
});
