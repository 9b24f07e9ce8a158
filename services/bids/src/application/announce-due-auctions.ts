import { decide } from '../domain/auction/decide.ts';
import type { Auctions } from './auctions.ts';
import { untilNextDue } from './until-next-due.ts';

const BATCH = 200;

/** Says that scheduled auctions have begun and that ends are near, each once. Resolves to the wait in ms. */
export async function announceDueAuctions(auctions: Auctions): Promise<number> {
  const due = await auctions.announceDue(BATCH, (auction, now) => decide(auction, { type: 'Announce' }, now));
  return untilNextDue(due, BATCH);
}
