import type { DueChanges } from './auctions.ts';

const LONGEST_WAIT_MS = 500;
// Of auctions that end one right after the other many are closed at once.
const SHORTEST_WAIT_MS = 20;

/**
 * The milliseconds to wait before the next batch: none after a full one, else until something is due, and never longer
 * than half a second, because auctions created meanwhile may be due sooner.
 */
export function untilNextDue({ changed, nextInMs }: DueChanges, batch: number): number {
  if (changed === batch) return 0;
  return Math.min(Math.max(nextInMs ?? LONGEST_WAIT_MS, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
}
