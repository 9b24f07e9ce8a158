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
  /** Numbers of concurrent bidders, one measurement each. */
  readonly bidders: readonly number[];
  /** Duration of each measurement. */
  readonly seconds: number;
  /** Number of auctions when bids are spread. */
  readonly spread: number;
}

// The pool size of bids.
const CONNECTIONS = 20;
// V8 compiles code during the first seconds: PlaceBid over RPC rises from 1,700/s to 2,500/s within ten seconds.
const WARM_UP_BIDDERS = 64;
const WARM_UP_SECONDS = 5;
// Gavel's bidders move to the next hot auction when one has reached the largest amount of a bid.
const HOT_ITEMS = 500;
const ROWS_PER_PARTITION = 1_000_000;

/**
 * Compares bidding by pgbench and by Gavel, on one hot auction and on many: same database and tables, one contender after the
 * other. Each measurement uses new auctions, and its ledger is checked after it. Throws when the ledger is wrong.
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
      const contenders = contendersOf(plan, field, gavelInProcess(pool, field));
      for (const contender of contenders.filter(({ name }) => name.startsWith('Gavel'))) {
        await contender.bid(await makeItems(pool, HOT_ITEMS), WARM_UP_BIDDERS, WARM_UP_SECONDS);
      }
      for (const bidders of plan.bidders) {
        for (const contender of contenders) {
          const gavel = contender.name.startsWith('Gavel');
          const hot = gavel ? HOT_ITEMS : 1;
          const items = await makeItems(pool, field === 'one hot auction' ? hot : plan.spread);
          const rate = await contender.bid(items, bidders, plan.seconds);
          const events = gavel || contender.name.includes('same');
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
    gavelOverRpc(plan.bidsUrl, plan.accounts, field),
  ];
}
