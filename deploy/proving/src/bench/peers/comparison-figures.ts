import type { Figure } from '../figure.ts';
import type { Contender } from './compare-peers.ts';

// The goals of the event backbone: events a second, and milliseconds at 200 events a second.
const RATE_GOAL = 15_000;
const GOALS = { p50: 5, p99: 20 } as const;

/**
 * The contenders as lines of the bench's table, Gavel first: each peer's line says how many times as fast Gavel is, and on
 * which channel, the slower one of its two.
 * @param rawBoth events a second of the raw clients to stream and exchange together, Gavel's ceiling
 */
export function comparisonFigures(contenders: readonly Contender[], rawBoth: number): Figure[] {
  const [gavel, ...peers] = contenders;
  if (gavel === undefined) return [];
  return [
    {
      what: `${gavel.name}: backlog → stream + exchange`,
      value: gavel.rate,
      unit: 'per second',
      against: { what: 'raw clients: stream + exchange', value: rawBoth },
      goal: { atLeast: RATE_GOAL },
      note: `${gavel.backlog} events, confirmed by both`,
    },
    ...peers.map(
      (peer): Figure => ({
        what: `${peer.name}: backlog → empty handler`,
        value: peer.rate,
        unit: 'per second',
        note: `${peer.backlog} events; Gavel is ${times(gavel.rate / peer.rate)}`,
      }),
    ),
    ...(['p50', 'p99'] as const).flatMap((rank) => [
      ...gavel.latencies.map(
        (latency): Figure => ({
          what: `${gavel.name}: commit → handler by ${latency.channel}, ${rank}`,
          value: latency[rank],
          unit: 'ms',
          goal: { below: GOALS[rank] },
          note: `${latency.events} events`,
        }),
      ),
      ...peers.flatMap((peer) =>
        peer.latencies.map((latency): Figure => {
          const slower = Math.max(...gavel.latencies.map((own) => own[rank]));
          return {
            what: `${peer.name}: commit → handler, ${rank}`,
            value: latency[rank],
            unit: 'ms',
            note: `${latency.events} events; Gavel is ${times(latency[rank] / slower)}`,
          };
        }),
      ),
    ]),
  ];
}

/** What stands under the table: how each of them was used. */
export function describeSettings(contenders: readonly Contender[], ratePerSecond: number): string {
  const lines = contenders.map(({ name, settings }) => `- ${name}: ${settings}`);
  return [
    'Side by side, one after the other on the same Postgres, one handler process each that does nothing with an event;',
    `medians of the repeats; commit → handler at ${ratePerSecond} events/s, each committed in a transaction of its own:`,
    ...lines,
  ].join('\n');
}

function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? 2 : 0)} × as fast`;
}
