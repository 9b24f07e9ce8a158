import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { commitBids, createEventRig, type EventRig } from '../testing/event-rig.ts';

const AWHILE = { timeout: 30_000, interval: 50 };

let rig: EventRig;
beforeAll(async () => {
  rig = await createEventRig();
});
afterAll(() => rig.drop());

/** Everything that was claimed is marked as published, and no row waits. */
const published = (): Promise<void> =>
  vi.waitFor(async () => {
    const { rows } = await rig.pool.query<{ done: boolean }>(
      `SELECT published_position = (SELECT coalesce(max(last_position), 0) FROM outbox_claims)
          AND (SELECT coalesce(max(high_id), 0) FROM outbox_claims) >= (SELECT last_value FROM outbox_id_seq) AS done
       FROM outbox_relay`,
    );
    expect(rows[0]?.done).toBe(true);
  }, AWHILE);
const partitionNames = async (): Promise<string[]> => {
  const { rows } = await rig.pool.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'outbox'::regclass`,
  );
  return rows.map((row) => row.name);
};
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('the relay', () => {
  it('drops old published rows with their partitions, without a DELETE', async () => {
    await rig.pool.query(`SELECT setval('outbox_id_seq', 249999)`);
    const relay = rig.relay({ partitionRows: 100, retentionSeconds: 0, partitionCheckMs: 100 });
    await vi.waitFor(async () => expect(await partitionNames()).toContain('outbox_250000'), AWHILE);
    const first = uuidv7();
    for (let i = 0; i < 8; i++) {
      await commitBids(rig.pool, i === 0 ? first : uuidv7(), ...upTo(50));
      await published();
    }
    await vi.waitFor(async () => {
      expect(await partitionNames()).not.toContain('outbox_250000');
      const { rows } = await rig.pool.query('SELECT FROM outbox WHERE aggregate_id = $1', [first]);
      expect(rows).toHaveLength(0);
    }, AWHILE);
    const { rows: deleted } = await rig.pool.query<{ n: bigint }>(
      `SELECT coalesce(sum(n_tup_del + n_tup_upd + n_dead_tup), 0)::bigint AS n FROM pg_stat_user_tables
       WHERE relname LIKE 'outbox\\_2%' OR relname LIKE 'outbox_claims%'`,
    );
    expect(deleted[0]?.n).toBe(0n);
    const item = uuidv7();
    await commitBids(rig.pool, item, 1, 2, 3);
    await vi.waitFor(async () => {
      const events = (await rig.readStream()).filter((event) => event.partitionkey === item);
      expect(events.map((event) => event.sequence)).toEqual(['1', '2', '3']);
    }, AWHILE);
    await relay.stop();
  });
});
