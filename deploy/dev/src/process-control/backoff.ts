const firstMs = 250;
const longestMs = 10_000;
const steadyMs = 30_000;

/**
 * How long to wait before the next start of something that ended: a quarter of a second at first, twice as long after
 * each end in a row up to ten seconds, and back to the first after a run of thirty seconds.
 * @param failuresInARow how many runs before this one ended early
 */
export function backoffMs(failuresInARow: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(failuresInARow, 20));
}

/** The count for `backoffMs` after a run of that length. */
export function failuresAfterRun(failuresInARow: number, ranMs: number): number {
  return ranMs >= steadyMs ? 0 : failuresInARow + 1;
}
