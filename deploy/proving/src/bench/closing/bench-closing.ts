import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '@gavel/postgres/pool';
import { processes } from '@gavel/processes';
import { listItem, signUp } from '../../system/sign-up.ts';
import { startSystem } from '../../system/start-system.ts';
import type { Figure } from '../figure.ts';
import { bidUntilClosed } from './bid-until-closed.ts';
import { makeEndingAuctions, readClosings, stillRunning } from './ending-auctions.ts';

export interface ClosingBenchOptions {
  /** Number of auctions whose ends are evenly spread over `seconds`. */
  readonly auctions: number;
  readonly seconds: number;
  /** Number of people who bid on other auctions at the same time, again as soon as they have an answer. */
  readonly bidders: number;
}

/** Time until the first end, in which the auctions are written. */
const LEAD_SECONDS = 20;
/** Of each bidder: one takes some hundred bids until it has reached the largest amount. */
const ITEMS_ELSEWHERE = 10;
/** An auction that is still open this long after the last end counts as never closed. */
const PATIENCE_SECONDS = 60;

/**
 * Closes many auctions with two processes of bids, which also serve bids on other auctions. One is killed after a third of the
 * time, the other after two thirds. Throws when an auction is not closed exactly once.
 */
export async function benchClosing(
  { auctions, seconds, bidders }: ClosingBenchOptions,
  say: (line: string) => void,
): Promise<Figure[]> {
  const off = processes.flatMap(({ name }) => (name === 'auth' || name === 'bids' ? [] : [[name, false]]));
  const system = await startSystem({
    fsync: true,
    env: { LOG_LEVEL: 'warn' },
    processes: Object.fromEntries(off),
    doubled: ['bids'],
    report: say,
  });
  const pool = createPool({
    connectionString: system.databaseUrls.gavel_bids,
    applicationName: 'bench',
    max: 2,
  });
  try {
    const seller = await signUp(system.urls.auth, 'Seller');
    const people = await Promise.all(
      Array.from({ length: bidders }, (_, i) => signUp(system.urls.auth, `Bidder ${i}`)),
    );
    const elsewhere = await Promise.all(
      people.map(() =>
        Promise.all(
          Array.from({ length: ITEMS_ELSEWHERE }, () => listItem(system.urls.bids, seller, 'Elsewhere')),
        ),
      ),
    );
    say(`${auctions} auctions end within ${seconds} s, ${bidders} people bid elsewhere`);
    await makeEndingAuctions(pool, { auctions, seconds, leadSeconds: LEAD_SECONDS });
    const done = new AbortController();
    const bidding = bidUntilClosed(system.urls.bids, people, elsewhere, done.signal);
    try {
      await delay((LEAD_SECONDS + seconds / 3) * 1000);
      await system.kill('bids-2');
      await delay((seconds / 3) * 1000);
      await system.kill('bids');
      const end = performance.now() + (seconds / 3 + PATIENCE_SECONDS) * 1000;
      while ((await stillRunning(pool)) > 0) {
        if (performance.now() > end)
          throw new Error(`${await stillRunning(pool)} auctions were never closed`);
        await delay(250);
      }
    } finally {
      done.abort();
    }
    const bids = await bidding;
    const lateness = await readClosings(pool, auctions);
    const note = `${auctions} within ${seconds} s, two processes, each killed once`;
    return [
      { what: 'closing: late by, p50', value: lateness.p50, unit: 'ms' },
      { what: 'closing: late by, p99', value: lateness.p99, unit: 'ms', goal: { below: 5_000 }, note },
      { what: 'closing: late by, maximum', value: lateness.max, unit: 'ms' },
      {
        what: 'closing: bids elsewhere',
        value: bids.perSecond,
        unit: 'per second',
        note: `p99 ${bids.p99.toFixed(0)} ms`,
      },
    ];
  } finally {
    await pool.end();
    await system.stop();
  }
}
