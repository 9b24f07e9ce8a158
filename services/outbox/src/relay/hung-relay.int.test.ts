import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createHealth } from '@gavel/service-runtime/health';
import { freePort } from '@gavel/service-runtime/testing/free-port';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { commitBids, createEventRig, type EventRig } from '../testing/event-rig.ts';
import { readyz, startRelayProcess } from '../testing/relay-process.ts';
import { openCandidate } from './leader-session.ts';
import { RELAY_LEASE, startRenewing, watchHolder } from './lease.ts';
import { addRelayChecks } from './readiness.ts';

const AWHILE = { timeout: 30_000, interval: 20 };
const upTo = (n: number, from = 1): number[] => Array.from({ length: n }, (_, i) => from + i);

let rig: EventRig;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  rig = await createEventRig();
});
afterEach(async () => {
  for (const child of children) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  children.clear();
});
afterAll(() => rig.drop());

async function startProcess(): Promise<{ child: ChildProcess; port: number }> {
  const port = await freePort();
  const child = startRelayProcess(rig, port);
  children.add(child);
  return { child, port };
}
const becomes = (port: number, role: 'active' | 'standby'): Promise<void> =>
  vi.waitFor(async () => {
    const { status, body } = await readyz(port);
    expect({ status, body }).toEqual({ status: 200, body: expect.stringContaining(`"role":"${role}"`) });
  }, AWHILE);
const epoch = async (): Promise<bigint | undefined> =>
  (await rig.pool.query<{ epoch: bigint }>('SELECT epoch FROM outbox_relay')).rows[0]?.epoch;
const publishedAll = (): Promise<void> =>
  vi.waitFor(async () => {
    const { rows } = await rig.pool.query(
      'SELECT published_position = (SELECT count(*) FROM outbox) AS all FROM outbox_relay',
    );
    expect(rows).toEqual([{ all: true }]);
  }, AWHILE);
const sequencesOf = async (item: string): Promise<number[]> =>
  (await rig.readStream())
    .filter((event) => event.partitionkey === item)
    .map((event) => Number(event.sequence));

describe('a relay process that is frozen', () => {
  it('is replaced by its standby within 3 seconds, publishes nothing twice when it continues, and is a standby then', async () => {
    const first = await startProcess();
    await becomes(first.port, 'active');
    const second = await startProcess();
    await becomes(second.port, 'standby');
    const item = uuidv7();
    for (let n = 0; n < 5; n++) await commitBids(rig.pool, item, ...upTo(1_000, n * 1_000 + 1));
    // Frozen while it publishes, so that events are in flight.
    first.child.kill('SIGSTOP');
    const frozenAt = performance.now();
    await commitBids(rig.pool, item, 5_001);
    await vi.waitFor(
      async () => expect((await readyz(second.port)).body).toContain('"role":"active"'),
      AWHILE,
    );
    expect(performance.now() - frozenAt).toBeLessThan(3_000);
    await publishedAll();
    expect(await sequencesOf(item)).toEqual(upTo(5_001));

    const taken = await epoch();
    first.child.kill('SIGCONT');
    await becomes(first.port, 'standby');
    await commitBids(rig.pool, item, ...upTo(500, 5_002));
    await publishedAll();
    expect(await sequencesOf(item)).toEqual(upTo(5_501));
    expect(await epoch()).toBe(taken);

    // The other way round, and now nothing is published at the moment of the freeze.
    second.child.kill('SIGSTOP');
    const frozenAgainAt = performance.now();
    await vi.waitFor(
      async () => expect((await readyz(first.port)).body).toContain('"role":"active"'),
      AWHILE,
    );
    expect(performance.now() - frozenAgainAt).toBeLessThan(3_000);
    second.child.kill('SIGCONT');
    await becomes(second.port, 'standby');
    await commitBids(rig.pool, item, 5_502);
    await publishedAll();
    expect(await sequencesOf(item)).toEqual(upTo(5_502));
  }, 120_000);
});

describe('the lease of a relay', () => {
  it('protects a holder that renews it, and only that one', async () => {
    const holder = await openCandidate(rig.pool);
    const waiting = await openCandidate(rig.pool);
    await vi.waitFor(async () => expect(await holder.tryLock()).toBe(true), AWHILE);
    const renewing = startRenewing(rig.pool, RELAY_LEASE, holder.backend);
    const renewed = async (): Promise<unknown> =>
      (await rig.pool.query('SELECT renewed_at FROM outbox_leases WHERE backend = $1', [holder.backend]))
        .rows[0];
    const watch = watchHolder(waiting, RELAY_LEASE);
    for (let looks = 0; looks < 12; looks++) {
      const before = await renewed();
      expect(await watch.endIfSilent()).toBeUndefined();
      await vi.waitFor(async () => expect(await renewed()).not.toEqual(before), AWHILE);
    }
    await renewing.stop();
    for (let looks = 0; looks < 5; looks++) expect(await watch.endIfSilent()).toBeUndefined();
    expect(await watch.endIfSilent()).toBe(holder.backend);
    await expect(holder.lost).rejects.toThrow('lost');
    await vi.waitFor(async () => expect(await waiting.tryLock()).toBe(true), AWHILE);
    holder.close();
    waiting.close();
  });

  it('lets a standby say that it is not ready while the holder renews it and old events wait', async () => {
    const holder = await openCandidate(rig.pool);
    await vi.waitFor(async () => expect(await holder.tryLock()).toBe(true), AWHILE);
    const renewing = startRenewing(rig.pool, RELAY_LEASE, holder.backend);
    const standby = rig.relay();
    const health = createHealth();
    addRelayChecks(health, standby);
    await vi.waitFor(async () => expect(await health.report()).toMatchObject({ status: 'ok' }), AWHILE);
    await commitBids(rig.pool, uuidv7(), 1);
    expect(await health.report()).toMatchObject({ status: 'ok' });
    await rig.pool.query(
      `UPDATE outbox SET created_at = clock_timestamp() - interval '11 seconds'
       WHERE id = (SELECT max(id) FROM outbox)`,
    );
    expect(await health.report()).toMatchObject({
      status: 'unavailable',
      checks: { outbox: { ok: true }, 'no old backlog': { ok: false } },
    });
    await renewing.stop();
    holder.close();
    await vi.waitFor(async () => expect(await health.report()).toMatchObject({ status: 'ok' }), AWHILE);
    await standby.stop();
  });
});

it('a relay says that it is not ready while its database is read-only', async () => {
  const relay = rig.relay();
  const health = createHealth();
  addRelayChecks(health, relay);
  await vi.waitFor(async () => expect(await health.report()).toMatchObject({ status: 'ok' }), AWHILE);
  const name = new URL(rig.database.url).pathname.slice(1);
  // One session for both statements: later ones are read-only.
  const admin = await rig.pool.connect();
  await admin.query(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`);
  try {
    expect(await health.report()).toMatchObject({
      status: 'unavailable',
      checks: { database: { ok: false, problem: 'is read-only' } },
    });
  } finally {
    await admin.query(`ALTER DATABASE "${name}" RESET default_transaction_read_only`);
    admin.release();
  }
  await vi.waitFor(async () => expect(await health.report()).toMatchObject({ status: 'ok' }), AWHILE);
  await relay.stop();
}, 60_000);
