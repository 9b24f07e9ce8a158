import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Infrastructure, ServerName } from '@gavel/dev/infrastructure';
import { startTestInfrastructure } from '@gavel/dev/testing/private-infrastructure';
import { EVENTS_EXCHANGE } from '@gavel/proto/topology';
import { createStreamPublisher } from '@gavel/rabbitmq/stream-publisher';
import { createHealth } from '@gavel/service-runtime/health';
import { freePort } from '@gavel/service-runtime/testing/free-port';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { rabbitmqctl } from '../testing/broker-control.ts';
import { commitBids, createEventRig, type EventRig } from '../testing/event-rig.ts';
import { readyz, startRelayProcess } from '../testing/relay-process.ts';
import { addRelayChecks } from './readiness.ts';

const AWHILE = { timeout: 60_000, interval: 50 };

let infrastructure: Infrastructure;
let rig: EventRig;
let port: number;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  infrastructure = await startTestInfrastructure({ fsync: true });
  rig = await createEventRig(infrastructure.urls);
  port = await freePort();
});
afterAll(async () => {
  await rig?.drop();
  await infrastructure?.stop();
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** The relay as a process of its own, which serves health on `ownPort`. */
function startProcess(ownPort = port): ChildProcess {
  const child = startRelayProcess(rig, ownPort);
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
const kill = async (child: ChildProcess): Promise<void> => {
  child.kill('SIGKILL');
  await once(child, 'exit');
};
const position = (which: 'claimed' | 'published'): Promise<number> =>
  rig.pool
    .query<{ n: number }>(
      which === 'claimed'
        ? 'SELECT coalesce(max(last_position), 0)::float8 AS n FROM outbox_claims'
        : 'SELECT published_position::float8 AS n FROM outbox_relay',
    )
    .then(({ rows }) => rows[0]?.n ?? 0);
const publishedAll = (): Promise<void> =>
  vi.waitFor(async () => {
    const { rows } = await rig.pool.query<{ n: number }>('SELECT count(*)::float8 AS n FROM outbox');
    expect(await position('published')).toBe(rows[0]?.n);
  }, AWHILE);
const sequencesOf = async (item: string): Promise<number[]> =>
  (await rig.readStream())
    .filter((event) => event.partitionkey === item)
    .map((event) => Number(event.sequence));
const upTo = (n: number, from = 1): number[] => Array.from({ length: n }, (_, i) => from + i);
const ready = (): ReturnType<typeof readyz> => readyz(port);

describe('a relay process', () => {
  it('publishes every event to the stream exactly once although it is killed before it marks events as published', async () => {
    const item = uuidv7();
    for (let n = 0; n < 5; n++) await commitBids(rig.pool, item, ...upTo(1000, n * 1000 + 1));
    for (let round = 1; round <= 3; round++) {
      const child = startProcess();
      // Here the events are claimed and being sent. The watermark moves at least a quarter of a second later.
      await vi.waitFor(async () => expect(await position('claimed')).toBeGreaterThanOrEqual(round * 1000), {
        ...AWHILE,
        interval: 5,
      });
      await kill(child);
    }
    const child = startProcess();
    await publishedAll();
    expect(await sequencesOf(item)).toEqual(upTo(5000));
    await kill(child);
  }, 120_000);

  it.each<ServerName>(['rabbitmq', 'postgres'])(
    'reconnects when %s was killed and started again, and is not ready meanwhile',
    async (name) => {
      const server = infrastructure.servers?.[name];
      if (!server) throw new Error('expected servers of our own');
      const child = startProcess();
      await vi.waitFor(async () => expect((await ready()).status).toBe(200), AWHILE);
      const item = uuidv7();
      await commitBids(rig.pool, item, ...upTo(500));
      await server.kill();
      await vi.waitFor(async () => expect((await ready()).status).toBe(503), AWHILE);
      if (name === 'rabbitmq') await commitBids(rig.pool, item, ...upTo(500, 501));
      await server.start();
      if (name === 'postgres') {
        await vi.waitFor(() => commitBids(rig.pool, item, ...upTo(500, 501)), AWHILE);
      }
      await publishedAll();
      await vi.waitFor(async () => expect((await ready()).status).toBe(200), AWHILE);
      expect(await sequencesOf(item)).toEqual(upTo(1000));
      expect(child.exitCode).toBeNull();
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    },
    180_000,
  );

  it('marks nothing as published without confirms, and its messages in a durable queue survive a broker restart', async () => {
    const server = infrastructure.servers?.rabbitmq;
    if (!server) throw new Error('expected servers of our own');
    const child = startProcess();
    await vi.waitFor(async () => expect((await ready()).status).toBe(200), AWHILE);
    await rig.withBroker(async (connection) => {
      const channel = await connection.createChannel();
      await channel.assertQueue('durable', { durable: true });
      await channel.bindQueue('durable', EVENTS_EXCHANGE, '#');
    });
    const item = uuidv7();
    await commitBids(rig.pool, item, ...upTo(50));
    await publishedAll();
    const before = await position('published');
    // Stopped and not killed: RabbitMQ 4.0.5 may lose a binding, or the last messages of a classic queue, on SIGKILL. Persistent
    // messages survive a restart.
    await server.stop();
    await commitBids(rig.pool, item, ...upTo(50, 51));
    await vi.waitFor(async () => expect((await ready()).status).toBe(503), AWHILE);
    expect(await position('published')).toBe(before);
    await server.start();
    await publishedAll();
    const ids = await rig.withBroker(async (connection) => {
      const channel = await connection.createChannel();
      const got = new Set<unknown>();
      for (
        let m = await channel.get('durable', { noAck: true });
        m;
        m = await channel.get('durable', { noAck: true })
      ) {
        got.add(m.properties.messageId);
      }
      return got;
    });
    expect(ids.size).toBe(100);
    await kill(child);
  }, 120_000);

  it('is replaced by its standby within two seconds after a SIGKILL', async () => {
    const active = startProcess();
    await vi.waitFor(async () => expect((await ready()).body).toContain('"role":"active"'), AWHILE);
    const standby = rig.relay();
    const item = uuidv7();
    await commitBids(rig.pool, item, ...upTo(300));
    await publishedAll();
    await commitBids(rig.pool, item, ...upTo(300, 301));
    const killed = Date.now();
    await kill(active);
    await vi.waitFor(() => expect(standby.status().role).toBe('active'), { timeout: 10_000, interval: 10 });
    expect(Date.now() - killed).toBeLessThan(2_000);
    await publishedAll();
    expect(await sequencesOf(item)).toEqual(upTo(600));
    await standby.stop();
  }, 60_000);

  it('holds no lock and no transaction while events are in flight', async () => {
    const broker = infrastructure.servers?.rabbitmq.pid;
    if (!broker) throw new Error('expected servers of our own');
    const relay = rig.relay();
    await vi.waitFor(() => expect(relay.status().stream?.connected).toBe(true), AWHILE);
    const item = uuidv7();
    const before = await position('claimed');
    process.kill(broker, 'SIGSTOP');
    try {
      for (let n = 0; n < 5; n++) await commitBids(rig.pool, item, ...upTo(100, n * 100 + 1));
      await vi.waitFor(async () => {
        expect(await position('claimed')).toBe(before + 500);
        expect(relay.status()).toMatchObject({
          stream: { unconfirmed: 500 },
          exchange: { unconfirmed: 500 },
        });
      }, AWHILE);
      const { rows: sessions } = await rig.pool.query(
        `SELECT DISTINCT state, backend_xid, backend_xmin, xact_start FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'relay-bids'`,
      );
      expect(sessions).toEqual([{ state: 'idle', backend_xid: null, backend_xmin: null, xact_start: null }]);
      const { rows: locks } = await rig.pool.query(
        `SELECT DISTINCT locktype FROM pg_locks JOIN pg_stat_activity USING (pid)
         WHERE datname = current_database() AND application_name = 'relay-bids'`,
      );
      expect(locks).toEqual([{ locktype: 'advisory' }]);
    } finally {
      process.kill(broker, 'SIGCONT');
    }
    await publishedAll();
    expect(await sequencesOf(item)).toEqual(upTo(500));
    await relay.stop();
  }, 60_000);

  it('waits for a broker that is short of memory, reports it, and keeps its connections', async () => {
    const broker = infrastructure.servers?.rabbitmq.pid;
    if (!broker) throw new Error('expected servers of our own');
    const failures: Error[] = [];
    const relay = rig.relay({
      stallMs: 1_000,
      createStream: (options) =>
        createStreamPublisher({
          ...options,
          onFailure(error) {
            failures.push(error);
            options.onFailure(error);
          },
        }),
    });
    await vi.waitFor(() => expect(relay.status().stream?.connected).toBe(true), AWHILE);
    const item = uuidv7();
    await rabbitmqctl(broker, 'set_vm_memory_high_watermark', '0.00001');
    try {
      await commitBids(rig.pool, item, ...upTo(500));
      const held = expect.stringContaining('blocks publishers');
      await vi.waitFor(() => {
        expect(relay.status()).toMatchObject({ stream: { problem: held }, exchange: { problem: held } });
      }, AWHILE);
      const health = createHealth();
      addRelayChecks(health, relay);
      expect(await health.report()).toMatchObject({
        checks: { stream: { ok: false }, exchange: { ok: false } },
      });
      // Several times the timeout for a silent connection.
      const since = Date.now();
      await vi.waitFor(() => expect(Date.now() - since).toBeGreaterThan(5_000), AWHILE);
      expect(failures).toEqual([]);
    } finally {
      await rabbitmqctl(broker, 'set_vm_memory_high_watermark', 'absolute', '1GiB');
    }
    await publishedAll();
    expect(failures).toEqual([]);
    expect(relay.status()).toMatchObject({
      stream: { problem: undefined },
      exchange: { problem: undefined },
    });
    expect(await sequencesOf(item)).toEqual(upTo(500));
    await relay.stop();
  }, 60_000);
});
