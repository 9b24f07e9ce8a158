import { join } from 'node:path';
import { requirePostgres } from '@gavel/dev/infrastructure/install/postgres-binaries';
import { processes } from '@gavel/processes';
import { signUp } from '../../system/sign-up.ts';
import { startSystem } from '../../system/start-system.ts';
import type { Figure } from '../figure.ts';
import { compareBidding } from './compare-bidding.ts';

export interface BiddingBenchOptions {
  /** Numbers of concurrent bidders, one measurement each. */
  readonly bidders: readonly number[];
  /** Duration of each measurement. */
  readonly seconds: number;
  /** Number of auctions when bids are spread. */
  readonly spread: number;
  /** Directories with executables. */
  readonly path: string;
}

// More bidders share these accounts, because hashing one password takes longer than a hundred bids.
const ACCOUNTS = 16;

/**
 * Measures bidding by pgbench and by Gavel, on a private system that runs only auth and bids. Relays and consumers would use
 * CPU only while Gavel is measured, because only Gavel writes events.
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
