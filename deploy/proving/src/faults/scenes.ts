import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '@gavel/postgres/pool';
import type { InstanceName } from '../system/kept-process.ts';
import { listItem, readStats, type SignedIn, signUp } from '../system/sign-up.ts';
import { type System, type SystemOptions, startSystem } from '../system/start-system.ts';
import { placeBid } from './bidder.ts';
import { checkHistory } from './check-history.ts';
import { collectHistory } from './collect-history.ts';
import type { Attempt } from './history.ts';
import { armFixture } from './inflict-fault.ts';
import { seededRandom } from './random.ts';
import { repeatEvents } from './repeat-events.ts';
import { waitUntilDrained } from './wait-until-drained.ts';
import { bindWitness } from './witness-queue.ts';

/** What the acts of a scene have to play with: Ann and Ben, a clock and a vase. */
export interface Scene {
  readonly system: System;
  readonly bidders: readonly [SignedIn, SignedIn];
  readonly items: readonly [string, string];
  /** Each bid is higher than all before it. */
  bid(bidder: SignedIn, itemId: string): Promise<Attempt>;
  /** Waits until the statistics count at least the bids for which that bidder has an answer. */
  counted(bidder: SignedIn): Promise<void>;
}

export interface SceneOptions extends Pick<SystemOptions, 'infrastructure' | 'processes'> {
  /** What happens; returns every request that was made. */
  readonly act: (scene: Scene) => Promise<Attempt[]>;
}

export interface SceneOutcome {
  /** What the checker found, for example `lost in the stream`. */
  readonly kinds: readonly string[];
  /** Rows of the outbox that were never published. */
  readonly missing: number;
}

const PATIENCE_MS = 30_000;

/** Plays a scene on a system of its own, some of whose processes are replaced, and lets the checker judge it. */
export async function playScene({
  act,
  infrastructure,
  processes = {},
}: SceneOptions): Promise<SceneOutcome> {
  const system = await startSystem({
    ...(infrastructure === undefined ? {} : { infrastructure }),
    processes: {
      ...processes,
      'relay-auth': false,
      'consumer-leaderboard': false,
      'consumer-notifications': false,
      notifications: false,
    },
  });
  try {
    await bindWitness(system.infrastructure.urls.amqpUrl);
    const seller = await signUp(system.urls.auth, 'Seller');
    const bidders = [await signUp(system.urls.auth, 'Ann'), await signUp(system.urls.auth, 'Ben')] as const;
    const items = [
      await listItem(system.urls.bids, seller, 'A clock'),
      await listItem(system.urls.bids, seller, 'A vase'),
    ] as const;
    let amount = 0n;
    const answered = new Map(bidders.map((bidder) => [bidder, 0n]));
    const attempts = await act({
      system,
      bidders,
      items,
      bid: async (account, itemId) => {
        const options = { bidsUrl: system.urls.bids, account, giveUp: AbortSignal.timeout(60_000) };
        // The largest step that a price may need, so that every bid is high enough.
        amount += 10_000n;
        const { attempt } = await placeBid(options, itemId, amount);
        answered.set(account, (answered.get(account) ?? 0n) + 1n);
        return attempt;
      },
      counted: (bidder) =>
        until("all of somebody's bids in the statistics", async () => {
          const stats = await readStats(system.urls['user-stats'], bidder.token);
          return stats !== undefined && stats.totalBids >= (answered.get(bidder) ?? 0n);
        }),
    });
    // A planted bug may keep it from draining: what the checker sees then is what it is to judge.
    const backlog = await waitUntilDrained(system, 5_000);
    const { violations } = checkHistory(await collectHistory(system, attempts));
    const kinds = violations.map(({ kind, place }) => `${kind} in the ${place}`);
    return { kinds, missing: backlog?.unpublished ?? 0 };
  } finally {
    await system.stop();
  }
}

/** Ann's bid draws its outbox id first and commits after Ben's has been published; a later bid follows both. */
export async function commitOutOfOrder(scene: Scene): Promise<Attempt[]> {
  const {
    system,
    bidders: [ann, ben],
    items: [clock, vase],
    bid,
    counted,
  } = scene;
  const pool = createPool({
    connectionString: system.databaseUrls.gavel_bids,
    applicationName: 'proving',
    max: 2,
  });
  const gate = await pool.connect();
  try {
    await gate.query(`
      CREATE OR REPLACE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER wait_at_commit AFTER INSERT ON bids DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.item_id = '${clock}') EXECUTE FUNCTION wait_at_commit()`);
    await gate.query('SELECT pg_advisory_lock(1)');
    const slow = bid(ann, clock);
    await until('a bid that waits at its commit', async () => {
      const { rowCount } = await pool.query(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND NOT granted`,
      );
      return rowCount === 1;
    });
    const first = await bid(ben, vase);
    await counted(ben);
    await gate.query('SELECT pg_advisory_unlock(1)');
    const late = await slow;
    const last = await bid(ben, vase);
    await counted(ben);
    return [late, first, last];
  } finally {
    gate.release(true);
    await pool.end();
  }
}

/** The consumer is killed in the middle of the batch that holds Ann's bid; Ben's comes after its restart. */
export function killConsumerInBatch(scene: Scene): Promise<Attempt[]> {
  return strikeAtBid(scene, 'consumer-user-stats');
}

/** The relay dies when the broker has Ann's bid and the outbox does not know it; its successor sends the bid again. */
export function killRelayBeforeMark(scene: Scene): Promise<Attempt[]> {
  return strikeAtBid(scene, 'relay-bids');
}

async function strikeAtBid(scene: Scene, process: InstanceName): Promise<Attempt[]> {
  const {
    system,
    bidders: [ann, ben],
    items: [clock],
    bid,
    counted,
  } = scene;
  await waitUntilDrained(system, PATIENCE_MS);
  const struckDown = await armFixture(system, [process]);
  const struck = await bid(ann, clock);
  await struckDown();
  await system.ready();
  const next = await bid(ben, clock);
  await counted(ben);
  return [struck, next];
}

/** Both have been counted when a foreign client sends all of it again in another order. */
export async function repeatWhatWasCounted(scene: Scene): Promise<Attempt[]> {
  const {
    system,
    bidders: [ann, ben],
    items: [clock, vase],
    bid,
    counted,
  } = scene;
  const attempts = [await bid(ann, clock), await bid(ben, clock), await bid(ben, vase)];
  await counted(ann);
  await counted(ben);
  await repeatEvents(system, seededRandom(1));
  return attempts;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`);
    await delay(50);
  }
}
