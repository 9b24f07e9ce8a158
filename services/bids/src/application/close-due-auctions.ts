import { decide } from '../domain/auction/decide.ts';
import type { Auctions } from './auctions.ts';
import { untilNextDue } from './until-next-due.ts';

// Small enough that one batch's locks are held for some milliseconds, large enough for thousands of auctions a second.
const BATCH = 500;

/** Closes auctions whose end has passed, each exactly once however many of these run. Resolves to the wait in ms. */
export async function closeDueAuctions(auctions: Auctions): Promise<number> {
  const due = await auctions.closeDue(BATCH, (auction, now) =>
    decide(auction, { type: 'CloseAuction' }, now),
  );
  return untilNextDue(due, BATCH);
}
