import type { Figure } from '../figure.ts';
import type { Contender, Performance } from './compare-peers.ts';
import { SUBSCRIBER } from './subscribe.ts';

// The goals of the event backbone: events per second, and milliseconds at 200 events per second.
const RATE_GOAL = 15_000;
const GOALS = { p50: 5, p99: 20 } as const;

/**
 * The contenders as lines of the bench's table, Gavel first. Being faster than each peer that does the same job is a goal. Each
 * peer's line shows Gavel's speed divided by the peer's; of two channels the slower one counts.
 * @param rawBoth events per second of the raw clients to stream and exchange together, the upper limit for Gavel
 */
export function comparisonFigures(contenders: readonly Contender[], rawBoth: number): Figure[] {
  const [gavel, ...peers] = contenders;
  if (gavel === undefined) return [];
  const own = gavel.publishing;
  const against = { what: 'raw clients: stream + exchange', value: rawBoth };
  return [
    {
      what: `${gavel.name}: backlog → stream + exchange`,
      value: own.rate,
      unit: 'per second',
      against,
      goal: { atLeast: RATE_GOAL },
      note: `${own.backlog} events`,
    },
    ...peers.map(
      ({ name, publishing }): Figure => ({
        ...rateOf(`${name}: backlog → stream + exchange`, publishing, own),
        against,
        goal: { below: own.rate },
      }),
    ),
    ...peers.flatMap(({ name, idle }) =>
      idle === undefined ? [] : [rateOf(`${name}: backlog → empty handler`, idle, own)],
    ),
    ...(['p50', 'p99'] as const).flatMap((rank) => [
      ...own.latencies.map(
        (latency): Figure => ({
          what: `${gavel.name}: commit → handler by ${latency.channel}, ${rank}`,
          value: latency[rank],
          unit: 'ms',
          goal: { below: GOALS[rank] },
          note: `${latency.events} events`,
        }),
      ),
      ...peers.map(
        ({ name, publishing }): Figure => ({
          ...latencyOf(`${name}: commit → handler by the broker, ${rank}`, publishing, own, rank),
          goal: { atLeast: slower(own, rank) },
        }),
      ),
      ...peers.flatMap(({ name, idle }) =>
        idle === undefined ? [] : [latencyOf(`${name}: commit → empty handler, ${rank}`, idle, own, rank)],
      ),
    ]),
  ];
}

/** The lines below the table: how each contender was used. */
export function describeSettings(contenders: readonly Contender[], ratePerSecond: number): string {
  const lines = contenders.map(({ name, settings }) => `- ${name}: ${settings}`);
  return [
    "Side by side, one after the other on the same Postgres. To stream + exchange: the peers' handlers publish each event",
    "with the stock clients to where Gavel's relay does, and wait for both confirms; empty handlers do nothing. Medians of",
    `the repeats; commit → handler at ${ratePerSecond} events/s, each committed in a transaction of its own, received by a separate process`,
    `(${SUBSCRIBER}):`,
    ...lines,
  ].join('\n');
}

function rateOf(what: string, { rate, backlog }: Performance, gavel: Performance): Figure {
  return {
    what,
    value: rate,
    unit: 'per second',
    note: `${backlog} events; Gavel is ${times(gavel.rate / rate)}`,
  };
}

function latencyOf(what: string, performance: Performance, gavel: Performance, rank: 'p50' | 'p99'): Figure {
  const value = slower(performance, rank);
  return {
    what,
    value,
    unit: 'ms',
    note: `${performance.latencies[0]?.events ?? 0} events; Gavel is ${times(value / slower(gavel, rank))}`,
  };
}

/** The channel on which events arrive later. */
function slower({ latencies }: Performance, rank: 'p50' | 'p99'): number {
  return Math.max(...latencies.map((latency) => latency[rank]));
}

function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? 2 : 0)} × as fast`;
}
