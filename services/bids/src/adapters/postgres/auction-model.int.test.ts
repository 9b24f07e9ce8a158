import { createPool, type Pool } from '@gavel/postgres/pool';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Auctions } from '../../application/ports.ts';
import { bidsProcess } from '../../process.ts';
import { finish, listItem, type Model, type Real, steps, terms } from '../../testing/auction-model.ts';
import {
  appClock,
  biddingAgainstOneself,
  extensionOnRaise,
  extensionOnRejection,
  liftWithoutBid,
  raiseThatShows,
  readThenInsert,
} from '../../testing/planted-bugs.ts';
import { createPostgresAuctions } from './postgres-auctions.ts';

// MODEL_RUNS=2000 for a long run; the usual test run has only a few.
const RUNS = Number(process.env.MODEL_RUNS ?? 12);
/** More than needed for each planted bug: they are found within the first few runs. */
const RUNS_FOR_BUGS = 100;

let database: TestDatabase;
let pools: Pool[];

beforeAll(async () => {
  database = await createTestDatabase(bidsProcess.database.migrations);
  pools = [0, 1, 2].map((i) =>
    createPool({ connectionString: database.url, max: 6, applicationName: `bids-${i}` }),
  );
});
afterAll(async () => {
  await Promise.all((pools ?? []).map((pool) => pool.end()));
  await database?.drop();
});

/** Runs random auctions through processes of one kind, until one fails. */
async function play(toProcess: (auctions: Auctions, pool: Pool) => Auctions, numRuns: number) {
  const processes = pools.map((pool) => toProcess(createPostgresAuctions(pool), pool));
  const honest = pools.map((pool) => createPostgresAuctions(pool));
  return await fc.check(
    fc.asyncProperty(terms, steps, async (wanted, asked) => {
      const real: Real = { itemId: await listItem(honest, wanted), pool: database.pool, processes };
      const model: Model = { answered: [] };
      await fc.asyncModelRun(() => ({ model, real }), asked);
      await finish(model, real);
    }),
    // Races depend on timing, so a smaller example may not fail.
    { numRuns, endOnFailure: true },
  );
}

describe('auctions in Postgres with concurrent clients of several processes', () => {
  it('keep every promise, with any commands at any time', async () => {
    const outcome = await play((auctions) => auctions, RUNS);
    expect(outcome.failed, fc.defaultReportMessage(outcome)).toBe(false);
    expect(outcome.numRuns).toBe(RUNS);
  }, 3_600_000);
});

describe('the checker of these promises', () => {
  it.each([
    [
      'bids that are read, decided and then inserted, without a lock',
      readThenInsert,
      // Two bids decided on one state: the kind of violation depends on the two bids.
      /leads instead|the price|limit|the end was moved|lowered the price|below the reserve|bidder won|not sold|replay gives|exactly one event|the revision is/,
    ],
    ['an end that a rejected bid moves', extensionOnRejection, /moved without a bid/],
    [
      'a price that a raised maximum lifts without a bid',
      (_: Auctions, pool: Pool) => liftWithoutBid(pool),
      /is not the last bid/,
    ],
    [
      'a raised maximum that moves the time of the last change',
      (_: Auctions, pool: Pool) => raiseThatShows(pool),
      /the last one that everybody may see/,
    ],
    [
      'an end that a raised maximum moves without the price',
      (_: Auctions, pool: Pool) => extensionOnRaise(pool),
      /moved, but not the price/,
    ],
    [
      'a leader who bids against themselves',
      (_: Auctions, pool: Pool) => biddingAgainstOneself(pool),
      /against themselves/,
    ],
    [
      'bids that use the clock of the process',
      (_: Auctions, pool: Pool) => appClock(pool, 2_000),
      /database’s time|after the end|before the start/,
    ],
  ])('finds %s', async (_, plant, complaint) => {
    const outcome = await play(plant, RUNS_FOR_BUGS);
    expect(outcome.failed).toBe(true);
    expect(String(outcome.errorInstance)).toMatch(complaint);
  });
});
