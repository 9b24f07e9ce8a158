import { decide } from '../domain/auction/decide.ts';
import { stepsOf } from '../domain/auction/evolve.ts';
import type { Auctions, DueChanges } from './ports.ts';

// Small enough that a batch holds its locks for only a few milliseconds, large enough for thousands of auctions a second.
const CLOSE_BATCH = 500;
const ANNOUNCE_BATCH = 200;
const LONGEST_WAIT_MS = 500;
// Auctions that end shortly after one another are closed together.
const SHORTEST_WAIT_MS = 20;

/**
 * Closes auctions whose end has passed, each exactly once however many instances run this. Resolves to the milliseconds to wait
 * before the next call.
 */
export async function closeDueAuctions({ auctions }: { auctions: Auctions }): Promise<number> {
  const due = await auctions.closeDue(CLOSE_BATCH, (auction, now) =>
    stepsOf(auction, decide(auction, { type: 'CloseAuction' }, now)),
  );
  return untilNextDue(due, CLOSE_BATCH);
}

/**
 * Announces once that scheduled auctions have begun and that ends are near. Resolves to the milliseconds to wait before the next
 * call.
 */
export async function announceDueAuctions({ auctions }: { auctions: Auctions }): Promise<number> {
  const due = await auctions.announceDue(ANNOUNCE_BATCH, (auction, now) =>
    stepsOf(auction, decide(auction, { type: 'Announce' }, now)),
  );
  return untilNextDue(due, ANNOUNCE_BATCH);
}

// No wait after a full batch, otherwise until the next auction is due. At most half a second, because an auction that is
// created in the meantime may be due earlier.
function untilNextDue({ changed, nextInMs }: DueChanges, batch: number): number {
  if (changed === batch) return 0;
  return Math.min(Math.max(nextInMs ?? LONGEST_WAIT_MS, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
}
