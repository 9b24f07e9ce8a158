import { type ProcessName, processes } from '@gavel/dev/processes';
import { startSystem } from '../system/start-system.ts';
import { benchClosing } from './closing/bench-closing.ts';
import { type BenchConfig, readBenchConfig } from './config.ts';
import { type Figure, formatFigures, meetsGoal } from './figure.ts';
import { measureBacklog } from './measure-backlog.ts';
import { measureCommitToProjection } from './measure-latency.ts';
import { measureRebuild, type Rebuild } from './measure-rebuild.ts';
import { comparePeers } from './peers/compare-peers.ts';
import { comparisonFigures, describeSettings } from './peers/comparison-figures.ts';
import { type BidRate, measurePlaceBid, signUpBidders } from './place-bids.ts';
import { rawBoth, rawExchangePublish, rawStreamPublish } from './raw-clients.ts';
import { wireEvents } from './sample-events.ts';

// `make bench`: every figure from one run on one machine, servers and clients together, data on disk with fsync. The
// figures are for people: no test asserts them, and the exit code only tells whether the bench could run.

// All others would be measured with these: further consumers read what is published, and their queues stand full while
// only the relay runs.
const RUNNING: readonly ProcessName[] = [
  'auth',
  'bids',
  'user-stats',
  'relay-auth',
  'relay-bids',
  'consumer-user-stats',
];

const config = readBenchConfig();
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const { figures, settings } = await bench(config);
const { CLOSING_AUCTIONS: auctions, CLOSING_SECONDS: closingSeconds, CLOSING_BIDDERS: bidders } = config;
figures.push(...(await benchClosing({ auctions, seconds: closingSeconds, bidders }, say)));
if (config.JSON === '1') {
  const lines = figures.map((figure) => ({ ...figure, meetsGoal: meetsGoal(figure) ?? null }));
  console.log(JSON.stringify({ config, figures: lines, settings }));
} else console.log(`\n${formatFigures(figures)}\n\n${settings}`);

async function bench({
  EVENTS,
  REBUILD_EVENTS,
  BID_SECONDS,
  CLIENTS,
  LATENCY_RATE,
  LATENCY_SECONDS,
  PEER_RATE,
  PEER_SECONDS,
  REPEATS,
}: BenchConfig): Promise<{ figures: Figure[]; settings: string }> {
  // Spans that nobody collects and a log line per request would be measured too.
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
    // The first seconds of a process are the compiler's.
    await measureCommitToProjection(system, LATENCY_RATE, 3);
    const latency = await measureCommitToProjection(system, LATENCY_RATE, LATENCY_SECONDS);

    say(
      `PlaceBid with ${CLIENTS} clients, ${BID_SECONDS} s on one hot item, then ${BID_SECONDS} s on an item each`,
    );
    const bidders = await signUpBidders(system, CLIENTS);
    const hot = await measurePlaceBid(system, bidders, 'one hot item', BID_SECONDS);
    const spread = await measurePlaceBid(system, bidders, 'an item each', BID_SECONDS);

    const relay = await measureBacklog(system, EVENTS, say);
    const rebuild = await measureRebuild(system, REBUILD_EVENTS, say);
    say(`raw clients: ${EVENTS} of the same messages each`);
    const messages = Array.from({ length: EVENTS }, wireEvents());
    const stream = await rawStreamPublish(streamUrl, messages);
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
      ...bidFigures('one hot item', hot),
      ...bidFigures('an item each', spread),
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

function bidFigures(where: string, { accepted, refused, latency }: BidRate): Figure[] {
  const what = `PlaceBid over RPC, ${where}`;
  return [
    {
      what: `${what}: accepted`,
      value: accepted,
      unit: 'per second',
      note: `${Math.round(refused)}/s too low`,
    },
    { what: `${what}: p50`, value: latency.p50, unit: 'ms' },
    { what: `${what}: p99`, value: latency.p99, unit: 'ms' },
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
