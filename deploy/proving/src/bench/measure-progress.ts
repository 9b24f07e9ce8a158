import { setTimeout as delay } from 'node:timers/promises';

export interface Progress {
  /** Rate per second, from the first progress to the end, without the start-up. */
  readonly sustained: number;
  /** Milliseconds from the call to the end. */
  readonly totalMs: number;
}

const POLL_MS = 20;
const PATIENCE_MS = 120_000;

/**
 * Watches a counter until it reaches `target`.
 * @param start starts the work; may resolve before or after the work is done
 * @throws when the counter has not changed for two minutes
 */
export async function measureProgress(
  read: () => Promise<number>,
  target: number,
  start: () => Promise<void>,
): Promise<Progress> {
  const initial = await read();
  const began = performance.now();
  const starting = start();
  let first: { at: number; value: number } | undefined;
  let last = { at: began, value: initial };
  while (last.value < target) {
    await delay(POLL_MS);
    const value = await read();
    const at = performance.now();
    if (value !== last.value) {
      last = { at, value };
      first ??= last;
    } else if (at - last.at > PATIENCE_MS) throw new Error(`stuck at ${value} of ${target}`);
  }
  await starting;
  // The work was done in one step, so the rate includes the start.
  const from = first === undefined || first.value >= target ? { at: began, value: initial } : first;
  return {
    sustained: ((last.value - from.value) * 1000) / (last.at - from.at),
    totalMs: last.at - began,
  };
}
