import { CommandFailure } from '../command-failure.ts';
import { reasonOf } from '../terminal/reason-of.ts';
import { type MetricPoint, parseMetricsPage } from './metrics-page.ts';

/** Where one process, or one of several instances of it, answers. */
export interface ProcessAddress {
  readonly name: string;
  readonly url: string;
}

/** What a process said when it was asked for its metrics. */
export interface ProcessAnswer extends ProcessAddress {
  /** When it had answered, in milliseconds of a clock that only moves forward. */
  readonly atMs: number;
  /** Empty when it did not answer. */
  readonly points: readonly MetricPoint[];
  /** Why there are no metrics; null when there are. */
  readonly problem: string | null;
}

/** A healthy process needs a few milliseconds for the page, up to three seconds while its database does not answer. */
const ANSWER_MS = 4_000;

/**
 * The addresses of PROCESS_URLS: `bids=http://127.0.0.1:4002 relay-bids=http://127.0.0.1:4012`, separated by spaces or commas.
 * A name that is repeated stands for another instance. Throws `usage` for anything else.
 */
export function parseProcessUrls(text: string): ProcessAddress[] {
  return text
    .split(/[\s,]+/)
    .filter((each) => each !== '')
    .map((each) => {
      const [, name = '', url = ''] = /^([\w-]+)=(https?:\/\/.+)$/.exec(each) ?? [];
      if (URL.canParse(url)) return { name, url };
      throw new CommandFailure(
        'usage',
        `PROCESS_URLS has an entry that is not NAME=URL: ${each}`,
        'For example: PROCESS_URLS="bids=http://127.0.0.1:4002 relay-bids=http://127.0.0.1:4012"',
      );
    });
}

/** Asks all processes at once. A process that does not answer is part of the result; nothing is thrown. */
export function askProcesses(addresses: readonly ProcessAddress[]): Promise<ProcessAnswer[]> {
  return Promise.all(
    addresses.map(async (address) => {
      try {
        const points = parseMetricsPage(await readPage(address.url));
        return { ...address, atMs: performance.now(), points, problem: null };
      } catch (error) {
        return { ...address, atMs: performance.now(), points: [], problem: problemOf(error) };
      }
    }),
  );
}

async function readPage(url: string): Promise<string> {
  const response = await fetch(new URL('/metrics', url), { signal: AbortSignal.timeout(ANSWER_MS) });
  const page = await response.text();
  if (!response.ok) throw new Error(`/metrics answers ${response.status}`);
  return page;
}

/** `fetch` hides the reason in the cause. */
function problemOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return reasonOf(cause);
}
