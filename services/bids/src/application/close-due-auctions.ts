import { decide } from '../domain/auction/decide.ts';
import type { Auctions } from './auctions.ts';

// Small enough that one batch's locks are held for some milliseconds, large enough for thousands of auctions a second.
const BATCH = 200;
const LONGEST_WAIT_MS = 500;
const SHORTEST_WAIT_MS = 5;

/**
 * Closes auctions whose end has passed, each exactly once however many of these run. Resolves to the milliseconds to
 * wait before the next call: none after a full batch, else until the next end, and never longer than half a second,
 * because auctions created meanwhile may end sooner.
 */
export async function closeDueAuctions(auctions: Auctions): Promise<number> {
  const { changed, nextEndInMs } = await auctions.changeDue(BATCH, (auction, now) =>
    decide(auction, { type: 'CloseAuction' }, now),
  );
  if (changed === BATCH) return 0;
  return Math.min(Math.max(nextEndInMs ?? LONGEST_WAIT_MS, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
}
