import { benchLog } from './bench-log.ts';
import { benchBidding } from './bidding/bench-bidding.ts';
import { benchClosing } from './closing/bench-closing.ts';
import { type BenchConfig, readBenchConfig } from './config.ts';
import { type Figure, formatFigures, meetsGoal } from './figure.ts';

// `make bench`: all figures come from one run on one machine, with servers and clients together and data on disk with fsync. No
// test asserts the figures; the exit code only says whether the bench could run.

const config = readBenchConfig();
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const { figures, settings } = await bench(config);
if (config.JSON === '1') {
  const lines = figures.map((figure) => ({ ...figure, meetsGoal: meetsGoal(figure) ?? null }));
  const { PATH: _, ...size } = config;
  console.log(JSON.stringify({ config: size, figures: lines, settings }));
} else console.log(`\n${formatFigures(figures)}\n\n${settings}`);

async function bench(size: BenchConfig): Promise<{ figures: Figure[]; settings: string }> {
  const parts = new Set(size.PARTS);
  const log = parts.has('log') ? await benchLog({ ...size, say }) : { figures: [], settings: '' };
  const bidding = parts.has('bidding')
    ? await benchBidding(
        {
          bidders: size.BIDDERS,
          seconds: size.BIDDING_SECONDS,
          spread: size.SPREAD_AUCTIONS,
          path: size.PATH,
        },
        say,
      )
    : [];
  const closing = parts.has('closing')
    ? await benchClosing(
        { auctions: size.CLOSING_AUCTIONS, seconds: size.CLOSING_SECONDS, bidders: size.CLOSING_BIDDERS },
        say,
      )
    : [];
  return { figures: [...log.figures, ...bidding, ...closing], settings: log.settings };
}
