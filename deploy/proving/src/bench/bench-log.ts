import { type ProcessName, processes } from '@gavel/processes';
import { startSystem } from '../system/start-system.ts';
import type { BenchConfig } from './config.ts';
import type { Figure } from './figure.ts';
import { measureBacklog } from './measure-backlog.ts';
import { measureCommitToProjection } from './measure-latency.ts';
import { measureRebuild, type Rebuild } from './measure-rebuild.ts';
import { ownStreamPublish } from './own-stream-client.ts';
import { comparePeers } from './peers/compare-peers.ts';
import { comparisonFigures, describeSettings } from './peers/comparison-figures.ts';
import { rawBoth, rawExchangePublish, rawStreamPublish } from './raw-clients.ts';
import { wireEvents } from './sample-events.ts';

export type LogBenchOptions = BenchConfig & { readonly say: (line: string) => void };

// Other processes would influence the result: other consumers read what is published, and their queues fill up while only the
// relay runs.
const RUNNING: readonly ProcessName[] = [
  'auth',
  'bids',
  'user-stats',
  'relay-auth',
  'relay-bids',
  'consumer-user-stats',
];

/**
 * Figures of the event log: the relay compared with raw clients and with other libraries, the latency of the projection, and the
 * rebuild of a projection from a long stream.
 */
export async function benchLog({
  EVENTS,
  REBUILD_EVENTS,
  LATENCY_RATE,
  LATENCY_SECONDS,
  PEER_RATE,
  PEER_SECONDS,
  REPEATS,
  say,
}: LogBenchOptions): Promise<{ figures: Figure[]; settings: string }> {
  // Without this, unused spans and a log line per request would be measured too.
  const system = await startSystem({
    fsync: true,
    env: { LOG_LEVEL: 'warn' },
    processes: Object.fromEntries(
      processes.flatMap(({ name }) => (RUNNING.includes(name) ? [] : [[name, false]])),
    ),
    report: say,
  });
  try {
    const { streamUrl, amqpUrl } = system.infrastructure.urls;

    say(`commit → projection at ${LATENCY_RATE} events/s for ${LATENCY_SECONDS} s`);
    // V8 compiles code during the first seconds of a process.
    await measureCommitToProjection(system, LATENCY_RATE, 3);
    const latency = await measureCommitToProjection(system, LATENCY_RATE, LATENCY_SECONDS);

    const relay = await measureBacklog(system, EVENTS, say);
    const rebuild = await measureRebuild(system, REBUILD_EVENTS, say);
    say(`raw clients: ${EVENTS} of the same messages each`);
    const messages = Array.from({ length: EVENTS }, wireEvents());
    const stream = await rawStreamPublish(streamUrl, messages);
    const own = await ownStreamPublish(streamUrl, messages);
    const exchange = await rawExchangePublish(amqpUrl, messages);
    const both = await rawBoth({ streamUrl, amqpUrl }, messages);
    const latencyPlan = { ratePerSecond: PEER_RATE, seconds: PEER_SECONDS, repeats: REPEATS };
    const contenders = await comparePeers(
      system,
      { events: EVENTS, repeats: REPEATS, latency: latencyPlan },
      say,
    );

    const figures: Figure[] = [
      {
        what: 'relay: backlog → stream + exchange',
        value: relay.sustained,
        unit: 'per second',
        against: { what: 'raw clients: stream + exchange', value: both },
        goal: { atLeast: 15_000 },
        note: `${EVENTS} events, ${seconds(relay.totalMs)} with start-up`,
      },
      { what: 'raw clients: stream + exchange together', value: both, unit: 'per second' },
      {
        what: 'own stream client: publish',
        value: own,
        unit: 'per second',
        against: { what: 'raw stream client: publish', value: stream },
      },
      { what: 'raw stream client: publish', value: stream, unit: 'per second' },
      { what: 'amqplib: publish to a topic exchange', value: exchange, unit: 'per second' },
      ...rebuildFigures(rebuild),
      {
        what: 'commit → projection, p50',
        value: latency.p50,
        unit: 'ms',
        goal: { below: 25 },
        note: `${latency.count} events at ${LATENCY_RATE}/s`,
      },
      {
        what: 'commit → projection, p99',
        value: latency.p99,
        unit: 'ms',
        note: `slowest ${latency.max.toFixed(1)} ms`,
      },
      ...comparisonFigures(contenders, both),
    ];
    return { figures, settings: describeSettings(contenders, PEER_RATE) };
  } finally {
    await system.stop();
  }
}

function rebuildFigures({ progress, messages, raw, peakBytes }: Rebuild): Figure[] {
  return [
    {
      what: 'user-stats rebuilt from the stream',
      value: progress.sustained,
      unit: 'per second',
      against: { what: 'raw stream client: empty handler', value: raw },
      goal: { atLeast: 40_000 },
      note: `${messages} events, ${seconds(progress.totalMs)} with start-up`,
    },
    { what: 'raw stream client: empty handler', value: raw, unit: 'per second', note: `${messages} events` },
    ...(peakBytes === undefined
      ? []
      : [
          {
            what: 'user-stats rebuilt: most memory (RSS)',
            value: peakBytes / 1e6,
            unit: 'MB',
            goal: { below: 200 },
          } as const,
        ]),
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
