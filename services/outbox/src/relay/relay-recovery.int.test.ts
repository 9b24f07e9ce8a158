import { EVENTS_EXCHANGE, partitionsOf } from '@gavel/proto/topology';
import { createStreamPublisher } from '@gavel/rabbitmq/stream-publisher';
import { createHealth } from '@gavel/service-runtime/health';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { publishAgain } from '../set-aside/publish-again.ts';
import { commitBids, createEventRig, type EventRig } from '../testing/event-rig.ts';
import { addRelayChecks } from './readiness.ts';
import type { Relay } from './start-relay.ts';

const AWHILE = { timeout: 30_000, interval: 50 };

let rig: EventRig;
beforeAll(async () => {
  rig = await createEventRig();
});
afterAll(() => rig.drop());
afterEach(() => rig.pool.query('DELETE FROM outbox_set_aside'));

/** Everything that was claimed is published or set aside, and no row waits. */
const allPublished = (): Promise<void> =>
  vi.waitFor(async () => {
    const { rows } = await rig.pool.query<{ done: boolean }>(
      `SELECT published_position = (SELECT coalesce(max(last_position), 0) FROM outbox_claims)
          AND (SELECT coalesce(max(high_id), 0) FROM outbox_claims) >= (SELECT last_value FROM outbox_id_seq) AS done
       FROM outbox_relay`,
    );
    expect(rows[0]?.done).toBe(true);
  }, AWHILE);
const isActive = (relay: Relay): Promise<void> =>
  vi.waitFor(() => {
    expect(relay.status()).toMatchObject({ role: 'active', exchange: { connected: true } });
  }, AWHILE);
const sequencesOf = async (item: string): Promise<number[]> =>
  (await rig.readStream())
    .filter((event) => event.partitionkey === item)
    .map((event) => Number(event.sequence));
const setAside = async (): Promise<{ eventId: string; sequence: bigint; problem: string }[]> =>
  (
    await rig.pool.query<{ eventId: string; sequence: bigint; problem: string }>(
      'SELECT event_id AS "eventId", sequence, problem FROM outbox_set_aside ORDER BY sequence',
    )
  ).rows;
/** Dead rows in all tables except the one row that stores who holds the outbox. */
const deadRows = async (): Promise<bigint | undefined> =>
  (
    await rig.pool.query<{ dead: bigint }>(
      `SELECT coalesce(sum(n_dead_tup), 0)::bigint AS dead FROM pg_stat_user_tables
       WHERE relname ~ '^outbox(_claims)?_([0-9]+|default)$'`,
    )
  ).rows[0]?.dead;
const TRACED = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('the relay', () => {
  it('sets rows with wrong columns aside and keeps its term', async () => {
    const item = uuidv7();
    await commitBids(rig.pool, item, 1);
    await rig.pool.query(
      `INSERT INTO outbox (event_id, type, subject, stream, aggregate_id, sequence, time, traceparent, body)
       SELECT gen_random_uuid(), 'bids.v1.BidPlaced', 'gavel.bids.bid_placed.' || $1, bad.stream, $1, bad.n, bad.time, $2, ''
       FROM (VALUES (2, 'gavel.nowhere', now()), (3, 'gavel.bids', 'infinity'), (4, 'gavel.bids', '-infinity'),
                    (5, 'gavel.bids', '290000-01-01')) AS bad (n, stream, time)`,
      [item, TRACED],
    );
    await commitBids(rig.pool, item, 6);
    const relay = rig.relay();
    await allPublished();
    expect(await sequencesOf(item)).toEqual([1, 6]);
    expect((await setAside()).map((row) => row.problem)).toEqual([
      'bids.v1.BidPlaced belongs to gavel.bids, not gavel.nowhere',
      ...Array(3).fill(expect.stringContaining('not between the years')),
    ]);
    const { rows } = await rig.pool.query('SELECT epoch::int AS epoch FROM outbox_relay');
    expect(rows).toEqual([{ epoch: 1 }]);
    expect(await relay.backlog()).toMatchObject({ events: 0, setAside: 4 });
    await relay.stop();
  });

  it('publishes a set-aside event again after its row was corrected', async () => {
    const relay = rig.relay();
    const item = uuidv7();
    await rig.pool.query(
      `INSERT INTO outbox (event_id, type, subject, stream, aggregate_id, sequence, time, traceparent, body)
       VALUES (gen_random_uuid(), 'bids.v1.BidPlaced', 'gavel.bids.bid_placed.' || $1, 'gavel.wrong', $1, 1, now(), $2, '')`,
      [item, TRACED],
    );
    await commitBids(rig.pool, item, 2);
    await allPublished();
    const [aside] = await setAside();
    const ids = [aside?.eventId ?? ''];
    const again = async (wanted: string[]): Promise<string[]> =>
      (await publishAgain(rig.pool, wanted, { by: 'eve', reason: null })).map(({ outcome }) => outcome);
    expect(await again(ids)).toEqual(['published-again']);
    await vi.waitFor(async () => expect(await setAside()).toMatchObject([{ eventId: ids[0] }]), AWHILE);
    await rig.pool.query(`UPDATE outbox_set_aside SET stream = 'gavel.bids'`);
    expect(await again([...ids, uuidv7()])).toEqual(['published-again', 'not-set-aside']);
    await allPublished();
    expect(await setAside()).toEqual([]);
    expect(await again(ids)).toEqual(['not-set-aside']);
    const events = (await rig.readStream()).filter((event) => event.partitionkey === item);
    expect(events.map((event) => event.sequence)).toEqual(['2', '1']);
    expect(events[1]?.id).toBe(ids[0]);
    await relay.stop();
    // A takeover does not find it at its old position either.
    const next = rig.relay();
    await isActive(next);
    await allPublished();
    expect(await sequencesOf(item)).toEqual([2, 1]);
    await next.stop();
  });

  it('publishes events that an older relay had set aside because it did not know their type', async () => {
    const older = rig.relay();
    const item = uuidv7();
    await rig.pool.query(
      `INSERT INTO outbox (event_id, type, subject, stream, aggregate_id, sequence, time, body)
       VALUES (gen_random_uuid(), 'bids.v1.FromTheFuture', 'gavel.bids.bid_placed.' || $1, 'gavel.bids', $1, 1, now(), '')`,
      [item],
    );
    await allPublished();
    expect(await setAside()).toMatchObject([
      { problem: 'event type bids.v1.FromTheFuture is not in the registry' },
    ]);
    await older.stop();
    // The row as the newer relay sees it: its registry knows the type.
    await rig.pool.query(
      `UPDATE outbox_set_aside SET type = 'bids.v1.BidPlaced', problem = replace(problem, 'FromTheFuture', 'BidPlaced')`,
    );
    const newer = rig.relay();
    await vi.waitFor(async () => expect(await setAside()).toEqual([]), AWHILE);
    await allPublished();
    expect(await sequencesOf(item)).toEqual([1]);
    await newer.stop();
  });

  it('is not ready while its channel is closed, and opens another one', async () => {
    const relay = rig.relay();
    await isActive(relay);
    const health = createHealth();
    addRelayChecks(health, relay);
    await vi.waitFor(async () => expect((await health.report()).status).toBe('ok'), AWHILE);
    // Publishing to an internal exchange closes the channel, and declaring it differently fails. The connection stays open.
    await rig.withBroker(async (connection) => {
      const channel = await connection.createChannel();
      await channel.deleteExchange(EVENTS_EXCHANGE);
      await channel.assertExchange(EVENTS_EXCHANGE, 'topic', { durable: true, internal: true });
    });
    const item = uuidv7();
    await commitBids(rig.pool, item, 1);
    await vi.waitFor(async () => {
      expect(await health.report()).toMatchObject({
        status: 'unavailable',
        checks: { exchange: { ok: false }, stream: { ok: true } },
      });
    }, AWHILE);
    expect(await relay.backlog()).toMatchObject({ events: 1 });
    await rig.withBroker(async (connection) =>
      (await connection.createChannel()).deleteExchange(EVENTS_EXCHANGE),
    );
    await allPublished();
    await vi.waitFor(async () => expect((await health.report()).status).toBe('ok'), AWHILE);
    await relay.stop();
  });

  it('opens a lost LISTEN connection again and publishes what was committed meanwhile', async () => {
    const relay = rig.relay({ pollMs: 60_000 });
    await isActive(relay);
    const item = uuidv7();
    /** Waits for a listening session other than the lost one. */
    const listening = (lost?: number): Promise<number | undefined> =>
      vi.waitFor(async () => {
        const { rows } = await rig.pool.query<{ pid: number }>(
          `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%' AND state = 'idle'`,
        );
        expect(rows).toEqual([{ pid: expect.any(Number) }]);
        expect(rows[0]?.pid).not.toBe(lost);
        return rows[0]?.pid;
      }, AWHILE);
    for (let n = 1; n <= 3; n++) {
      const pid = await listening();
      await rig.pool.query('SELECT pg_terminate_backend($1)', [pid]);
      await commitBids(rig.pool, item, n);
      await allPublished();
      await listening(pid);
    }
    // The relay receives notifications again: the next poll would be too late.
    await commitBids(rig.pool, item, 4);
    await allPublished();
    expect(await sequencesOf(item)).toEqual(upTo(4));
    await relay.stop();
  });

  it('publishes and drops partitions while another session holds xmin', async () => {
    const relay = rig.relay({ partitionRows: 250_000, retentionSeconds: 0, partitionCheckMs: 200 });
    await isActive(relay);
    const before = await deadRows();
    const holder = await rig.pool.connect();
    await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class');
    try {
      const item = uuidv7();
      for (let i = 0; i < 10; i++) await commitBids(rig.pool, item, ...upTo(200).map((n) => i * 200 + n));
      // Ids without a row are dropped, because the session that holds xmin has drawn none.
      for (let i = 0; i < 20; i++) {
        await rig.pool.query(`SELECT nextval('outbox_id_seq')`);
        await commitBids(rig.pool, uuidv7(), 1);
      }
      await allPublished();
      expect(await sequencesOf(item)).toEqual(upTo(2000));
      expect(await deadRows()).toBe(before);
      // Partitions are dropped although that session could still see their rows: it never read them, so it holds no lock.
      await rig.pool.query(`SELECT setval('outbox_id_seq', 250000)`);
      await vi.waitFor(async () => {
        // The skipped ids are dropped after later claims.
        await commitBids(rig.pool, uuidv7(), 1);
        const { rows: left } = await rig.pool.query(`SELECT FROM pg_class WHERE relname = 'outbox_0'`);
        expect(left).toHaveLength(0);
      }, AWHILE);
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
    await relay.stop();
  });

  it('publishes nothing while the broker has a partition that its version does not know, and says what to do', async () => {
    const unknown = `gavel.bids-${partitionsOf('gavel.bids').length}`;
    await rig.withBroker(async (connection) => {
      const channel = await connection.createChannel();
      await channel.assertQueue(unknown, { durable: true, arguments: { 'x-queue-type': 'stream' } });
    });
    const item = uuidv7();
    await commitBids(rig.pool, item, 1);
    const relay = rig.relay();
    await vi.waitFor(
      () => expect(relay.status().problem).toMatch(`${unknown} on the broker, and this version knows only 4`),
      AWHILE,
    );
    expect(await sequencesOf(item)).toEqual([]);
    await rig.withBroker(async (connection) => {
      await (await connection.createChannel()).deleteQueue(unknown);
    });
    await allPublished();
    expect(await sequencesOf(item)).toEqual([1]);
    await relay.stop();
  });

  it('accepts another publisher for the stream, so that a test can plant a wrong one', async () => {
    const item = uuidv7();
    await commitBids(rig.pool, item, 1);
    const names: string[] = [];
    const relay = rig.relay({
      createStream: (options) => {
        names.push(options.publisherName);
        return createStreamPublisher({ ...options, publisherName: uuidv7() });
      },
    });
    await allPublished();
    expect(names).toEqual(['relay-bids']);
    await relay.stop();
  });
});
