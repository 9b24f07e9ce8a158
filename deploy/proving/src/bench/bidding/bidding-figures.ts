import type { Figure } from '../figure.ts';
import type { Percentiles } from '../percentiles.ts';
import type { BiddingRate, Field } from './contender.ts';

export interface Measured {
  readonly field: Field;
  readonly bidders: number;
  readonly contender: string;
  readonly rate: BiddingRate;
}

/** The goal: Gavel's rate divided by a peer's rate, from this number of concurrent bidders. */
const goals = [
  { field: 'one hot auction', contender: 'Gavel, in process', peer: 'pgbench, naive', times: 10, from: 64 },
  { field: 'one hot auction', contender: 'Gavel, over RPC', peer: 'pgbench, naive', times: 4, from: 64 },
  {
    field: 'spread auctions',
    contender: 'Gavel, in process',
    peer: 'pgbench, same statements',
    times: 1,
    from: 1,
  },
] as const;

/** One line per measurement: accepted bids per second, compared with the naive transaction for the same number of bidders. */
export function biddingFigures(measured: readonly Measured[]): Figure[] {
  return measured.map((one) => {
    const { field, bidders, contender, rate } = one;
    const naive = rateOf(measured, one, 'pgbench, naive');
    const goal = goals.find(
      (each) => each.field === field && each.contender === contender && bidders >= each.from,
    );
    const peer = goal && rateOf(measured, one, goal.peer);
    const parts = [
      ...(naive ? [`${(rate.accepted / naive).toFixed(1)} × naive`] : []),
      ...describeLatency(rate.latency),
      ...(rate.refused >= 1 ? [`${Math.round(rate.refused)}/s too low`] : []),
    ];
    return {
      what: `${field}, ${bidders} ${bidders === 1 ? 'bidder' : 'bidders'}: ${contender}`,
      value: rate.accepted,
      unit: 'per second',
      ...(goal && peer && { goal: { atLeast: goal.times * peer } }),
      note: parts.join(', '),
    };
  });
}

function describeLatency({ count, p50, p99 }: Percentiles): string[] {
  return count === 0 ? ['no samples'] : [`p50 ${p50.toFixed(1)} ms`, `p99 ${p99.toFixed(1)} ms`];
}

function rateOf(measured: readonly Measured[], beside: Measured, contender: string): number | undefined {
  const found = measured.find(
    (one) => one.contender === contender && one.field === beside.field && one.bidders === beside.bidders,
  );
  return found?.rate.accepted;
}
