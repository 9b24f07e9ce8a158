import { setFlagsFromString } from 'node:v8';

/**
 * For processes that catch up on long streams: keeps the heap at its live size and a third. V8 by itself lets it grow to a
 * multiple before it collects. Reading a million events took 350 MB (RSS), with this 220, and 183 together with
 * `--max-semi-space-size=8`, which only Node's command line can set; at 50,000 events a second each time.
 * Process-wide, so only a `main.ts` calls it.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=30');
}
