import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { commitBids, createEventRig, type EventRig } from '../../testing/event-rig.ts';

const AWHILE = { timeout: 30_000, interval: 50 };

let rig: EventRig;
beforeAll(async () => {
  rig = await createEventRig();
});
afterAll(() => rig.drop());

/** All that was committed counts as published. */
const settled = (): Promise<void> =>
  vi.waitFor(async () => {
    const { rows } = await rig.pool.query<{ done: boolean }>(
      `SELECT published_position = (SELECT coalesce(max(last_position), 0) FROM outbox_claims)
          AND (SELECT coalesce(sum(cardinality(ids)), 0) FROM outbox_claims) = (SELECT count(*) FROM outbox) AS done
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
  it('removes published rows once they are old, without deleting one', async () => {
    const options = { partitionRows: 100, retentionSeconds: 0 };
    await rig.pool.query(`SELECT setval('outbox_id_seq', 249999)`);
    const maker = rig.relay(options);
    await vi.waitFor(async () => expect(await partitionNames()).toContain('outbox_250000'), AWHILE);
    for (let i = 0; i < 5; i++) {
      await commitBids(rig.pool, uuidv7(), ...upTo(50));
      await settled();
    }
    await maker.stop();
    const cleaner = rig.relay(options);
    await vi.waitFor(async () => expect(await partitionNames()).not.toContain('outbox_250000'), AWHILE);
    const item = uuidv7();
    await commitBids(rig.pool, item, 1, 2, 3);
    await vi.waitFor(async () => {
      const events = (await rig.readStream()).filter((event) => event.partitionkey === item);
      expect(events.map((event) => event.sequence)).toEqual(['1', '2', '3']);
    }, AWHILE);
    await cleaner.stop();
  });
});
