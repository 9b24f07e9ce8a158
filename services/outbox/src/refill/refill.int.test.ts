import { partitionFor } from '@gavel/proto/partitioner';
import { createHealth } from '@gavel/service-runtime/health';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addRelayChecks } from '../relay/relay-checks.ts';
import { commitBids, createEventRig, type EventRig } from '../testing/event-rig.ts';
import { refill } from './refill.ts';

const AWHILE = { timeout: 30_000, interval: 50 };
const ITEMS = Array.from({ length: 12 }, () => uuidv7());
const LOST = partitionFor('gavel.bids', ITEMS[0] as string);

let rig: EventRig;
beforeAll(async () => {
  rig = await createEventRig();
});
afterAll(() => rig.drop());

const settled = (): Promise<void> =>
  vi.waitFor(async () => {
    const { rows } = await rig.pool.query<{ done: boolean }>(
      `SELECT published_position = (SELECT coalesce(max(last_position), 0) FROM outbox_claims)
          AND (SELECT coalesce(sum(cardinality(ids)), 0) FROM outbox_claims) = (SELECT count(*) FROM outbox) AS done
       FROM outbox_relay`,
    );
    expect(rows[0]?.done).toBe(true);
  }, AWHILE);
const deleteLost = (): Promise<unknown> =>
  rig.withBroker(async (connection) => (await connection.createChannel()).deleteQueue(LOST));
const upTo = (n: number, from = 1): number[] => Array.from({ length: n }, (_, i) => from + i);
const commitAll = async (...sequences: number[]): Promise<void> => {
  for (const item of ITEMS) await commitBids(rig.pool, item, ...sequences);
};
const sequences = async (): Promise<Record<string, number[]>> => {
  const events = await rig.readStream();
  return Object.fromEntries(
    ITEMS.map((item) => [
      item,
      events.filter((event) => event.partitionkey === item).map((event) => Number(event.sequence)),
    ]),
  );
};
const everything = (n: number): Record<string, number[]> =>
  Object.fromEntries(ITEMS.map((item) => [item, upTo(n)]));

describe('a stream that lost a partition', () => {
  it.each(['while no relay ran', 'under a running relay'])(
    'is found out (%s), said by health, and filled again in order beside a relay that goes on',
    async (how) => {
      const running = how.startsWith('under');
      await rig.pool.query('DELETE FROM outbox_lost');
      const { rows: before } = await rig.pool.query<{ n: number }>(
        'SELECT coalesce(max(sequence), 0)::int AS n FROM outbox',
      );
      const n = before[0]?.n ?? 0;
      const first = rig.relay();
      await commitAll(...upTo(50, n + 1));
      await settled();
      if (!running) await first.stop();
      await deleteLost();
      const relay = running ? first : rig.relay();
      // Later events go on, so that the loss could not be seen from the partition's newest message any more.
      await commitAll(n + 51);
      await settled();
      const lost = await vi.waitFor(async () => {
        const [only, ...others] = (await relay.backlog()).lost;
        expect(others).toEqual([]);
        expect(only).toMatchObject({ partition: LOST, firstPosition: 1 });
        return only;
      }, AWHILE);
      expect(lost?.lastPosition).toBeGreaterThan(0);
      const health = createHealth();
      addRelayChecks(health, relay);
      expect(await health.report()).toMatchObject({
        status: 'unavailable',
        checks: { 'nothing lost': { ok: false } },
      });
      expect(await sequences()).not.toEqual(everything(n + 51));

      const options = { outbox: 'bids' as const, pool: rig.pool, ...rig.urls };
      let looked = 0;
      const refilling = refill({
        ...options,
        partition: LOST,
        onProgress: (position) => {
          looked = position;
        },
      });
      // Facts go on being stated meanwhile, and a standby would like to have the outbox.
      const standby = rig.relay();
      await commitAll(n + 52);
      const filled = await refilling;
      expect(filled.events).toBeGreaterThan(0);
      expect(looked).toBeGreaterThanOrEqual(filled.lastPosition);
      await commitAll(n + 53);
      await settled();
      expect(await sequences()).toEqual(everything(n + 53));
      expect((await relay.backlog()).lost).toEqual([]);
      await relay.stop();
      await standby.stop();

      // A takeover does not take the partition made anew for one that lost something.
      const next = rig.relay();
      await commitAll(n + 54);
      await settled();
      expect((await next.backlog()).lost).toEqual([]);
      expect(await sequences()).toEqual(everything(n + 54));
      await next.stop();
    },
    60_000,
  );

  it('is not filled from an outbox that it does not belong to', async () => {
    await expect(
      refill({ outbox: 'bids', pool: rig.pool, ...rig.urls, partition: 'gavel.auth-0' }),
    ).rejects.toThrow('not a partition of gavel.bids');
  });
});
