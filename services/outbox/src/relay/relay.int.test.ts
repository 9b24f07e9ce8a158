import { transaction } from '@gavel/postgres/transaction';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { appendBids, commitBids, createEventRig, type EventRig } from '../testing/event-rig.ts';

let rig: EventRig;
beforeAll(async () => {
  rig = await createEventRig();
});
afterAll(() => rig.drop());

const published = (): Promise<number> =>
  rig.pool
    .query<{ n: bigint }>('SELECT published_position AS n FROM outbox_relay')
    .then(({ rows }) => Number(rows[0]?.n));

describe('the relay', () => {
  it('publishes what was committed, in order, and nothing that was rolled back', async () => {
    const relay = rig.relay();
    const item = uuidv7();
    await commitBids(rig.pool, item, 1);
    await expect(
      transaction(rig.pool, async (tx) => {
        await appendBids(tx, item, 2);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await commitBids(rig.pool, item, 2, 3);
    await vi.waitFor(async () => expect(await published()).toBe(3), { timeout: 20_000 });
    const events = await rig.readStream();
    expect(events.map((event) => event.sequence)).toEqual(['1', '2', '3']);
    await relay.stop();
  });
});
