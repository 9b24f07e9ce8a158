import { benchLog } from './bench-log.ts';
import { benchBidding } from './bidding/bench-bidding.ts';
import { benchClosing } from './closing/bench-closing.ts';
import { type BenchConfig, readBenchConfig } from './config.ts';
import { type Figure, formatFigures, meetsGoal } from './figure.ts';
import { benchLive } from './live/bench-live.ts';

// `make bench`: all figures come from one run on one machine, with servers and clients together and data on disk with fsync. No
// test asserts the figures; the exit code only says whether the bench could run.

const config = readBenchConfig();
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const figures: Figure[] = [];
const failed: string[] = [];
let settings = '';
for (const part of config.PARTS) {
  try {
    const measured = await measure(part, config);
    figures.push(...measured.figures);
    settings ||= measured.settings;
    say(`\n${formatFigures(measured.figures)}\n`);
  } catch (error) {
    // A failure of this part must not lose the figures of the others.
    failed.push(part);
    console.error(`the part ${part} could not be measured:`, error);
  }
}
if (config.JSON === '1') {
  const lines = figures.map((figure) => ({ ...figure, meetsGoal: meetsGoal(figure) ?? null }));
  const { PATH: _, ...size } = config;
  console.log(JSON.stringify({ config: size, figures: lines, failed, settings }));
} else console.log(`\n${formatFigures(figures)}\n\n${settings}`);
if (failed.length > 0) {
  say(`not measured: ${failed.join(', ')}`);
  process.exitCode = 1;
}

async function measure(
  part: BenchConfig['PARTS'][number],
  size: BenchConfig,
): Promise<{ figures: Figure[]; settings: string }> {
  switch (part) {
    case 'log':
      return benchLog({ ...size, say });
    case 'bidding': {
      const { BIDDERS: bidders, BIDDING_SECONDS: seconds, SPREAD_AUCTIONS: spread, PATH: path } = size;
      return { figures: await benchBidding({ bidders, seconds, spread, path }, say), settings: '' };
    }
    case 'closing': {
      const { CLOSING_AUCTIONS: auctions, CLOSING_SECONDS: seconds, CLOSING_BIDDERS: bidders } = size;
      return { figures: await benchClosing({ auctions, seconds, bidders }, say), settings: '' };
    }
    case 'live': {
      const { LIVE_VIEWERS: viewers, LIVE_BIDS: bids } = size;
      return { figures: await benchLive({ viewers, bids }, say), settings: '' };
    }
  }
}
