import { partitionFor } from '@gavel/proto/partitioner';
import { createHealth } from '@gavel/service-runtime/health';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addRelayChecks } from '../relay/readiness.ts';
import { commitBids, createEventRig, type EventRig } from '../testing/event-rig.ts';
import { readOpenLosses } from './losses.ts';
import { refill } from './refill.ts';

const AWHILE = { timeout: 30_000, interval: 50 };
const ITEMS = Array.from({ length: 12 }, () => uuidv7());
const LOST = partitionFor('gavel.bids', ITEMS[0] as string);

let rig: EventRig;
beforeAll(async () => {
  rig = await createEventRig();
});
afterAll(() => rig.drop());

const allPublished = (): Promise<void> =>
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
const newest = async (): Promise<number> => {
  const { rows } = await rig.pool.query<{ n: number }>('SELECT max(sequence)::int AS n FROM outbox');
  return rows[0]?.n ?? 0;
};
const firstRetained = async (): Promise<number> => {
  const { rows } = await rig.pool.query<{ n: number }>(
    'SELECT min(first_position)::int AS n FROM outbox_claims',
  );
  return rows[0]?.n ?? 0;
};
const everything = (n: number): Record<string, number[]> =>
  Object.fromEntries(ITEMS.map((item) => [item, upTo(n)]));

describe('a partition of the stream that was lost', () => {
  it.each(['while no relay ran', 'under a running relay'])(
    'is noticed (%s), reported by the health check, and refilled in order while relays run',
    async (how) => {
      const running = how.startsWith('under');
      await rig.pool.query('DELETE FROM outbox_lost');
      const { rows: before } = await rig.pool.query<{ n: number }>(
        'SELECT coalesce(max(sequence), 0)::int AS n FROM outbox',
      );
      const n = before[0]?.n ?? 0;
      const first = rig.relay();
      await commitAll(...upTo(50, n + 1));
      await allPublished();
      if (!running) await first.stop();
      await deleteLost();
      const relay = running ? first : rig.relay();
      // Later events are published, so the newest message of the partition does not show the loss.
      await commitAll(n + 51);
      await allPublished();
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
      // Events are appended meanwhile, and a standby waits for the outbox.
      const standby = rig.relay();
      await commitAll(n + 52);
      const filled = await refilling;
      expect(filled.events).toBeGreaterThan(0);
      expect(looked).toBeGreaterThanOrEqual(filled.lastPosition);
      await commitAll(n + 53);
      await allPublished();
      expect(await sequences()).toEqual(everything(n + 53));
      expect((await relay.backlog()).lost).toEqual([]);
      await relay.stop();
      await standby.stop();

      // The next relay does not report the recreated partition as lost.
      const next = rig.relay();
      await commitAll(n + 54);
      await allPublished();
      expect((await next.backlog()).lost).toEqual([]);
      expect(await sequences()).toEqual(everything(n + 54));
      await next.stop();
    },
    60_000,
  );

  it('stays lost when the outbox no longer has all its positions, until an operator accepts the loss', async () => {
    const first = rig.relay();
    await commitAll((await newest()) + 1);
    await allPublished();
    await commitAll((await newest()) + 1);
    await allPublished();
    await first.stop();
    await deleteLost();
    const relay = rig.relay();
    await vi.waitFor(async () => expect((await relay.backlog()).lost).toHaveLength(1), AWHILE);
    await relay.stop();
    // Drops the oldest rows with their claims, as the retention does.
    await rig.pool.query(`WITH old AS (DELETE FROM outbox_claims WHERE high_id <= (
        SELECT high_id FROM outbox_claims ORDER BY last_position OFFSET 2 LIMIT 1) RETURNING ids)
      DELETE FROM outbox WHERE id IN (SELECT unnest(ids) FROM old)`);
    const [loss, ...others] = await readOpenLosses(rig.pool);
    expect(others).toEqual([]);
    expect(loss).toMatchObject({ partition: LOST, firstPosition: 1, byRefill: false });
    expect(loss?.gone).toBe((await firstRetained()) - 1);

    const options = { outbox: 'bids' as const, pool: rig.pool, ...rig.urls, partition: LOST };
    const { firstPosition, lastPosition } = loss ?? {};
    expect(await refill(options)).toMatchObject({ stillLost: [{ firstPosition, lastPosition }] });
    expect(await readOpenLosses(rig.pool)).toEqual([loss]);
    expect(await refill({ ...options, acceptLosses: 'anna' })).toMatchObject({ stillLost: [] });
    expect(await readOpenLosses(rig.pool)).toEqual([]);
    const { rows } = await rig.pool.query<{ by: string }>(
      'SELECT accepted_by AS by FROM outbox_lost WHERE accepted_by IS NOT NULL',
    );
    expect(rows).toEqual([{ by: 'anna' }]);
  }, 60_000);

  it('counts as lost after a refill that did not finish, and the next refill resolves it', async () => {
    const relay = rig.relay();
    await commitAll((await newest()) + 1);
    await allPublished();
    await relay.stop();
    const before = await sequences();
    const options = { outbox: 'bids' as const, pool: rig.pool, ...rig.urls, partition: LOST };
    const stop = new AbortController();
    const ending = refill({
      ...options,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    });
    await expect(ending).rejects.toThrow('enough');
    expect(await readOpenLosses(rig.pool)).toMatchObject([{ partition: LOST, byRefill: true, gone: 0 }]);
    // A relay that runs between the two refills finds no further loss.
    const next = rig.relay();
    await commitAll((await newest()) + 1);
    await allPublished();
    await next.stop();
    expect(await readOpenLosses(rig.pool)).toHaveLength(1);
    expect(await sequences()).not.toMatchObject(before);
    expect(await refill(options)).toMatchObject({ stillLost: [] });
    expect(await readOpenLosses(rig.pool)).toEqual([]);
    const after = await sequences();
    for (const item of ITEMS) expect(after[item]).toEqual([...(before[item] ?? []), await newest()]);
  }, 60_000);

  it('is not changed by a refill that is aborted before it begins', async () => {
    const before = await rig.readStream();
    const options = { outbox: 'bids' as const, pool: rig.pool, ...rig.urls, partition: LOST };
    const ended = refill({ ...options, signal: AbortSignal.abort(new Error('never mind')) });
    await expect(ended).rejects.toThrow('never mind');
    expect(await rig.readStream()).toEqual(before);
    expect(await readOpenLosses(rig.pool)).toEqual([]);
  });

  it('is not refilled from the outbox of another stream', async () => {
    await expect(
      refill({ outbox: 'bids', pool: rig.pool, ...rig.urls, partition: 'gavel.auth-0' }),
    ).rejects.toThrow('not a partition of gavel.bids');
  });
});
