import { join } from 'node:path';
import { requirePostgres } from '@gavel/dev/infrastructure/install/postgres-binaries';
import { processes } from '@gavel/processes';
import { signUp } from '../../system/sign-up.ts';
import { startSystem } from '../../system/start-system.ts';
import type { Figure } from '../figure.ts';
import { compareBidding } from './compare-bidding.ts';

export interface BiddingBenchOptions {
  /** Bidders at once, one measurement each. */
  readonly bidders: readonly number[];
  /** Of each measurement. */
  readonly seconds: number;
  /** Auctions of the spread field. */
  readonly spread: number;
  /** Where executables are searched. */
  readonly path: string;
}

// More bidders than these share accounts: a password's hash takes longer than a hundred bids.
const ACCOUNTS = 16;

/**
 * Bidding by pgbench and by Gavel on a system of its own in which only auth and bids run: relays and consumers would take
 * part of two cores from the one contender whose events they carry.
 */
export async function benchBidding(
  { path, ...plan }: BiddingBenchOptions,
  say: (line: string) => void,
): Promise<Figure[]> {
  const off = processes.flatMap(({ name }) => (name === 'auth' || name === 'bids' ? [] : [[name, false]]));
  const system = await startSystem({
    fsync: true,
    env: { LOG_LEVEL: 'warn' },
    processes: Object.fromEntries(off),
    report: say,
  });
  try {
    const accounts = await Promise.all(
      Array.from({ length: ACCOUNTS }, (_, i) => signUp(system.urls.auth, `Bidder ${i}`)),
    );
    return await compareBidding(
      {
        ...plan,
        databaseUrl: system.databaseUrls.gavel_bids,
        bidsUrl: system.urls.bids,
        pgbench: join(requirePostgres(path).folder, 'pgbench'),
        accounts,
      },
      say,
    );
  } finally {
    await system.stop();
  }
}
