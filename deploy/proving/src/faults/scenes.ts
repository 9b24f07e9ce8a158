import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '@gavel/postgres/pool';
import { type ProcessName, processes } from '@gavel/processes';
import { partitionFor } from '@gavel/proto/partitioner';
import type { InstanceName } from '../system/kept-process.ts';
import { listItem, readStats, type SignedIn, signUp } from '../system/sign-up.ts';
import { type System, type SystemOptions, startSystem } from '../system/start-system.ts';
import { placeBid } from './bidder.ts';
import { checkHistory } from './check-history.ts';
import { collectHistory } from './collect-history.ts';
import type { Attempt } from './history.ts';
import { armFixture } from './inflict-fault.ts';
import { endRetention, passByRetention, SEGMENT_BYTES } from './pass-by-retention.ts';
import { seededRandom } from './random.ts';
import { refillPartition, repairFromPostgres, untilRefused } from './repair-from-postgres.ts';
import { repeatEvents } from './repeat-events.ts';
import { waitUntilDrained, waitUntilPublished } from './wait-until-drained.ts';
import { bindWitness } from './witness-queue.ts';

/** The parts of a scene: three bidders, Ann, Ben and Cleo, and two items, a clock and a vase. */
export interface Scene {
  readonly system: System;
  readonly bidders: readonly [SignedIn, SignedIn, SignedIn];
  readonly items: readonly [string, string];
  /** Places a bid that is higher than all before it. */
  bid(bidder: SignedIn, itemId: string): Promise<Attempt>;
  /** Waits until the statistics count at least the answered bids of that bidder. */
  counted(bidder: SignedIn): Promise<void>;
}

export interface SceneOptions extends Pick<SystemOptions, 'infrastructure' | 'processes'> {
  /** Plays the scene; returns every request that was made. */
  readonly act: (scene: Scene) => Promise<Attempt[]>;
}

export interface SceneOutcome {
  /** What the checker found, for example `lost in the stream`. */
  readonly kinds: readonly string[];
  /** Rows of the outbox that were never published. */
  readonly missing: number;
}

const PATIENCE_MS = 30_000;

/** A scene is about bids, their log and the statistics. Every other process would only make its start slower. */
const played = new Set<ProcessName>(['auth', 'bids', 'relay-bids', 'consumer-user-stats', 'user-stats']);
const leftOut = Object.fromEntries(
  processes.filter(({ name }) => !played.has(name)).map(({ name }) => [name, false as const]),
);

/** Plays a scene on a private system with some processes replaced, and checks the result. */
export async function playScene({
  act,
  infrastructure,
  processes: changes = {},
}: SceneOptions): Promise<SceneOutcome> {
  const system = await startSystem({
    ...(infrastructure === undefined ? {} : { infrastructure }),
    segmentBytes: SEGMENT_BYTES,
    processes: {
      ...leftOut,
      ...changes,
    },
  });
  try {
    await bindWitness(system.infrastructure.urls.amqpUrl);
    const seller = await signUp(system.urls.auth, 'Seller');
    const bidders = [
      await signUp(system.urls.auth, 'Ann'),
      await signUp(system.urls.auth, 'Ben'),
      await signUp(system.urls.auth, 'Cleo'),
    ] as const;
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
        // The largest increment, so that every bid is high enough.
        amount += 10_000n;
        const { attempt } = await placeBid(options, itemId, amount);
        // A scene whose bid is refused proves nothing: nobody bids against themselves, for example.
        if (attempt.answer.kind === 'refused') throw new Error(`a bid was refused: ${attempt.answer.reason}`);
        answered.set(account, (answered.get(account) ?? 0n) + 1n);
        return attempt;
      },
      counted: (bidder) =>
        until("all of somebody's bids in the statistics", async () => {
          const stats = await readStats(system.urls['user-stats'], bidder.token);
          return stats !== undefined && stats.totalBids >= (answered.get(bidder) ?? 0n);
        }),
    });
    // A planted bug may prevent some events from being processed. The checker then checks the rest.
    const backlog = await waitUntilDrained(system, 5_000);
    const { violations } = checkHistory(await collectHistory(system, attempts));
    const kinds = violations.map(({ kind, place }) => `${kind} in the ${place}`);
    return { kinds, missing: backlog?.unpublished ?? 0 };
  } finally {
    await system.stop();
  }
}

/** Ann's bid takes its outbox id first and commits after Ben's bid was published. A later bid follows both. */
export async function commitOutOfOrder(scene: Scene): Promise<Attempt[]> {
  const {
    system,
    bidders: [ann, ben, cleo],
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
    const last = await bid(cleo, vase);
    await counted(cleo);
    return [late, first, last];
  } finally {
    gate.release(true);
    await pool.end();
  }
}

/** The consumer is killed within the batch with Ben's bid. Ann's bid comes after the restart. */
export function killConsumerInBatch(scene: Scene): Promise<Attempt[]> {
  return strikeAtBid(scene, 'consumer-user-stats');
}

/** The relay dies when the broker has Ben's bid and the outbox row is not marked as published. Its successor sends the bid again. */
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
  const struck = await bid(ben, clock);
  await struckDown();
  await system.ready();
  const next = await bid(ann, clock);
  await counted(ann);
  return [struck, next];
}

/** Both bids are counted. Then a foreign client sends all events again in another order. */
export async function repeatWhatWasCounted(scene: Scene): Promise<Attempt[]> {
  const {
    system,
    bidders: [ann, ben],
    items: [clock, vase],
    bid,
    counted,
  } = scene;
  const attempts = [await bid(ben, clock), await bid(ann, clock), await bid(ben, vase)];
  await counted(ann);
  await counted(ben);
  await repeatEvents(system, seededRandom(1));
  return attempts;
}

/** Retention removes bids before the held-back consumer has received them. It reports that, and the operator repairs it. */
export function passConsumerAndRepair(scene: Scene): Promise<Attempt[]> {
  return passConsumer(scene, async ({ system, bidders }, partition) => {
    await untilRefused(system, partition);
    await endRetention(system);
    await repairFromPostgres(system, partition);
    for (const bidder of bidders) await scene.counted(bidder);
  });
}

/**
 * The same for a consumer that reports nothing. It is stopped before the stream is refilled: what is missing then is missing
 * because of the consumer, and no new start of it hides that.
 */
export function passConsumerUnnoticed(scene: Scene): Promise<Attempt[]> {
  return passConsumer(scene, async ({ system }, partition) => {
    await until('the consumer at the end of the partition', async () => {
      const backlog = await waitUntilDrained(system, 1_000);
      return backlog === undefined;
    });
    await endRetention(system);
    await system.stopProcess('consumer-user-stats');
    await refillPartition(system, partition);
  });
}

async function passConsumer(
  scene: Scene,
  afterwards: (scene: Scene, partition: string) => Promise<void>,
): Promise<Attempt[]> {
  const {
    system,
    bidders: [ann, ben],
    items: [clock],
    bid,
    counted,
  } = scene;
  const partition = partitionFor('gavel.bids', clock);
  const attempts = [await bid(ann, clock)];
  await counted(ann);
  await passByRetention(system, partition, async () => {
    attempts.push(await bid(ben, clock), await bid(ann, clock));
    await waitUntilPublished(system, PATIENCE_MS);
  });
  await afterwards(scene, partition);
  return attempts;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`);
    await delay(50);
  }
}
