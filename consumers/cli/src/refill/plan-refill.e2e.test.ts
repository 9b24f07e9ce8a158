import { randomUUID } from 'node:crypto';
import { partitionsOf } from '@gavel/proto/topology';
import { inspectStream } from '@gavel/rabbitmq/stream-inspector';
import { openStreamReader } from '@gavel/rabbitmq/stream-reader';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliSystem, startCliSystem } from '../testing/cli-system.ts';
import { planRefill, refuseNewLosses } from './plan-refill.ts';

describe('a comparison of stream and Postgres while bids arrive', () => {
  let system: CliSystem;
  let bidding = true;
  let traffic: Promise<unknown>;

  beforeAll(async () => {
    system = await startCliSystem();
    const bidder = async (): Promise<void> => {
      const item = randomUUID();
      for (let sequence = 1; bidding; sequence++) await system.bid(item, randomUUID(), sequence);
    };
    await system.bid(randomUUID(), randomUUID(), ...Array.from({ length: 50 }, (_, n) => n + 1));
    traffic = Promise.all(Array.from({ length: 8 }, bidder));
  }, 120_000);
  afterAll(async () => {
    bidding = false;
    await traffic;
    await system?.close();
  }, 60_000);

  const plan = async () => {
    const inspector = await inspectStream(system.urls.streamUrl, 'plan');
    const reader = openStreamReader(system.urls.streamUrl, 'plan');
    try {
      const servers = { inspector, reader, pool: system.bids.pool };
      return await planRefill(servers, 'gavel.bids', partitionsOf('gavel.bids'));
    } finally {
      await reader.close();
      await inspector.close();
    }
  };

  it('finds exactly the events that the stream holds, and no loss', async () => {
    for (let round = 0; round < 20; round++) {
      const steps = await plan();
      expect(steps.map(({ inPostgresSoFar }) => inPostgresSoFar)).toEqual(
        steps.map(({ messages }) => Number(messages)),
      );
      refuseNewLosses(steps);
    }
  }, 60_000);

  it('lets a partition be recreated without --lose-older', async () => {
    const recreate = ['refill', 'gavel.bids', '--partition', '0', '--recreate', '--execute'];
    const { code, stderr, stdout } = await system.gavel(...recreate);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/events published again in \d+ s \(\d+ events\/s\)/);
  }, 60_000);

  it('still finds one event that Postgres has lost', async () => {
    const { rowCount } = await system.bids.pool.query(
      'DELETE FROM outbox WHERE id = (SELECT id FROM outbox ORDER BY id LIMIT 1)',
    );
    expect(rowCount).toBe(1);
    const steps = await plan();
    expect(() => refuseNewLosses(steps)).toThrow('messages would be lost permanently');
  }, 60_000);
});
