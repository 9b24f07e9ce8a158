import { createPool } from '@gavel/postgres/pool';
import { describe, expect, inject, test, vi } from 'vitest';
import { listItem, readStats, type SignedIn, signUp } from '../system/sign-up.ts';
import { type System, type SystemOptions, startSystem } from '../system/start-system.ts';
import { placeBid } from './bidder.ts';
import { checkHistory } from './check-history.ts';
import { collectHistory } from './collect-history.ts';
import type { Attempt } from './history.ts';
import { armFixture } from './inflict-fault.ts';
import { waitUntilDrained } from './wait-until-drained.ts';
import { bindWitness } from './witness-queue.ts';

const fixture = (name: string) => ({ entry: `deploy/proving/src/faults/fixtures/${name}.ts` });

const patience = { timeout: 30_000, interval: 50 };

describe('bids that commit in another order than their outbox ids', () => {
  test('are published all the same by the real relay', async () => {
    const { kinds } = await withSystem({}, commitOutOfOrder);
    expect(kinds).toEqual([]);
  });

  test('are lost by a relay that reads by id above a cursor, and the checker says so', async () => {
    const relay = fixture('relay-that-reads-above-a-cursor');
    const { kinds, missing } = await withSystem({ 'relay-bids': relay }, commitOutOfOrder);
    expect(kinds).toEqual(
      expect.arrayContaining(['lost in the stream', 'lost in the exchange', 'lost in the statistics']),
    );
    expect(missing).toBe(1);
  });
});

describe('a consumer killed between its two steps', () => {
  test('loses nothing when effect and offset are committed together', async () => {
    const consumer = fixture('consumer-that-dies-before-the-commit');
    const { kinds } = await withSystem({ 'consumer-user-stats': consumer }, killConsumerInBatch);
    expect(kinds).toEqual([]);
  });

  test('counts no bid twice when it commits its offset after its effect, thanks to the record of handled events', async () => {
    const consumer = fixture('consumer-that-commits-its-offset-last');
    const { kinds } = await withSystem({ 'consumer-user-stats': consumer }, killConsumerInBatch);
    expect(kinds).toEqual([]);
  });

  test('loses a bid when it commits its offset before its effect, and the checker says so', async () => {
    const consumer = fixture('consumer-that-commits-its-offset-first');
    const { kinds, missing } = await withSystem({ 'consumer-user-stats': consumer }, killConsumerInBatch);
    expect(kinds).toContain('lost in the statistics');
    expect(kinds).not.toContain('lost in the stream');
    expect(missing).toBe(0);
  });
});

interface Scene {
  readonly system: System;
  readonly bidders: readonly [SignedIn, SignedIn];
  readonly items: readonly [string, string];
  bid(bidder: SignedIn, itemId: string, amount: bigint): Promise<Attempt>;
}

async function withSystem(
  processes: NonNullable<SystemOptions['processes']>,
  act: (scene: Scene) => Promise<Attempt[]>,
) {
  const system = await startSystem({
    infrastructure: inject('infrastructure'),
    processes: { ...processes, 'relay-auth': false },
  });
  try {
    await bindWitness(system.infrastructure.urls.amqpUrl);
    const seller = await signUp(system.urls.auth, 'Seller');
    const bidders = [await signUp(system.urls.auth, 'Ann'), await signUp(system.urls.auth, 'Ben')] as const;
    const items = [
      await listItem(system.urls.bids, seller, 'A clock'),
      await listItem(system.urls.bids, seller, 'A vase'),
    ] as const;
    const attempts = await act({
      system,
      bidders,
      items,
      bid: async (account, itemId, amount) => {
        const options = { bidsUrl: system.urls.bids, account, giveUp: AbortSignal.timeout(60_000) };
        return (await placeBid(options, itemId, amount)).attempt;
      },
    });
    // A planted bug may keep it from draining: what the checker sees then is what it is to judge.
    const backlog = await waitUntilDrained(system, 5_000);
    const { violations } = checkHistory(await collectHistory(system, attempts));
    return {
      kinds: violations.map(({ kind, place }) => `${kind} in the ${place}`),
      missing: backlog?.unpublished ?? 0,
    };
  } finally {
    await system.stop();
  }
}

/** Ann's bid draws its outbox id first and commits after Ben's has been published; a later bid follows both. */
async function commitOutOfOrder({ system, bidders: [ann, ben], items: [clock, vase], bid }: Scene) {
  const pool = createPool({
    connectionString: system.databaseUrls.gavel_bids,
    applicationName: 'proving',
    max: 2,
  });
  const gate = await pool.connect();
  try {
    await gate.query(`
      CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER wait_at_commit AFTER INSERT ON bids DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.item_id = '${clock}') EXECUTE FUNCTION wait_at_commit()`);
    await gate.query('SELECT pg_advisory_lock(1)');
    const slow = bid(ann, clock, 100n);
    await vi.waitFor(async () => {
      const { rowCount } = await pool.query(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND NOT granted`,
      );
      expect(rowCount).toBe(1);
    }, patience);
    const first = await bid(ben, vase, 100n);
    await untilCounted(system, ben, 1n);
    await gate.query('SELECT pg_advisory_unlock(1)');
    const late = await slow;
    const last = await bid(ben, vase, 200n);
    await untilCounted(system, ben, 2n);
    return [late, first, last];
  } finally {
    gate.release(true);
    await pool.end();
  }
}

/** The consumer is killed in the middle of the batch that holds Ann's bid; Ben's comes after its restart. */
async function killConsumerInBatch({ system, bidders: [ann, ben], items: [clock], bid }: Scene) {
  await waitUntilDrained(system, 30_000);
  const struckDown = await armFixture(system, ['consumer-user-stats']);
  const struck = await bid(ann, clock, 100n);
  await struckDown();
  await system.ready();
  const next = await bid(ben, clock, 200n);
  await untilCounted(system, ben, 1n);
  return [struck, next];
}

async function untilCounted(system: System, { token }: SignedIn, totalBids: bigint): Promise<void> {
  await vi.waitFor(async () => {
    expect((await readStats(system.urls['user-stats'], token))?.totalBids).toBe(totalBids);
  }, patience);
}
