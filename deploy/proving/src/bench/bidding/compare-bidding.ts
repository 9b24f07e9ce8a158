import { makePartitions } from '@gavel/outbox/partitions';
import { createPool } from '@gavel/postgres/pool';
import type { SignedIn } from '../../system/sign-up.ts';
import type { Figure } from '../figure.ts';
import { biddingFigures, type Measured } from './bidding-figures.ts';
import type { Contender, Field } from './contender.ts';
import { gavelInProcess } from './gavel-in-process.ts';
import { gavelOverRpc } from './gavel-over-rpc.ts';
import { makeItems } from './items.ts';
import { verifyLedger } from './ledger.ts';
import { pgbench } from './pgbench.ts';

export interface BiddingPlan {
  readonly databaseUrl: string;
  readonly bidsUrl: string;
  readonly pgbench: string;
  readonly accounts: readonly SignedIn[];
  /** Bidders at once, one measurement each. */
  readonly bidders: readonly number[];
  /** Of each measurement. */
  readonly seconds: number;
  /** Auctions of the spread field. */
  readonly spread: number;
}

// As many as bids' own pool.
const CONNECTIONS = 20;
// The first seconds of a Node process are the compiler's: PlaceBid over RPC goes from 1,700/s to 2,500/s within ten.
const WARM_UP_BIDDERS = 64;
const WARM_UP_SECONDS = 5;
const ROWS_PER_PARTITION = 1_000_000;

/**
 * Bidding on one hot auction and on many, by pgbench and by Gavel, beside one another: same database, same tables, one
 * after the other. Fresh auctions for each measurement, and its books are checked after it. Throws when they are wrong.
 */
export async function compareBidding(plan: BiddingPlan, say: (line: string) => void): Promise<Figure[]> {
  const pool = createPool({
    connectionString: plan.databaseUrl,
    max: CONNECTIONS,
    applicationName: 'bench-bidding',
  });
  try {
    await makePartitions(pool, ROWS_PER_PARTITION);
    const measured: Measured[] = [];
    for (const field of ['one hot auction', 'spread auctions'] as const) {
      const contenders = contendersOf(plan, field, gavelInProcess(pool));
      for (const contender of contenders.filter(({ name }) => name.startsWith('Gavel'))) {
        await contender.bid(await makeItems(pool, 1), WARM_UP_BIDDERS, WARM_UP_SECONDS);
      }
      for (const bidders of plan.bidders) {
        for (const contender of contenders) {
          const items = await makeItems(pool, field === 'one hot auction' ? 1 : plan.spread);
          const rate = await contender.bid(items, bidders, plan.seconds);
          const events = contender.name.startsWith('Gavel') || contender.name.includes('same');
          await verifyLedger(pool, { items, accepted: rate.acceptedCount, events });
          say(
            `${field}, ${bidders} bidders, ${contender.name}: ${Math.round(rate.accepted)}/s, ledger right`,
          );
          measured.push({ field, bidders, contender: contender.name, rate });
        }
      }
    }
    return biddingFigures(measured);
  } finally {
    await pool.end();
  }
}

function contendersOf(plan: BiddingPlan, field: Field, inProcess: Contender): Contender[] {
  const bench = (variant: Parameters<typeof pgbench>[0]) => pgbench(variant, plan.pgbench, plan.databaseUrl);
  return [
    bench('naive'),
    bench('one statement'),
    ...(field === 'spread auctions' ? [bench('same statements')] : []),
    inProcess,
    gavelOverRpc(plan.bidsUrl, plan.accounts),
  ];
}
