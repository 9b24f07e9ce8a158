import type { Outcome } from '@gavel/service-runtime/failure';
import { type BidderStanding, boardSize, type Leaderboards } from './leaderboards.ts';
import { readId } from './read-fields.ts';
import { itemNotFound } from './rejection-to-failure.ts';

/** An auction's bidders by their highest visible bids, highest first. */
export async function getTopBidders(
  { kept, counted }: Leaderboards,
  input: { itemId: string; limit: number },
): Promise<Outcome<readonly BidderStanding[], 'ITEM_NOT_FOUND'>> {
  const itemId = readId(input.itemId);
  if (itemId === undefined) return itemNotFound();
  const size = boardSize(input.limit);
  const bidders = (await kept.topBidders(itemId, size)) ?? (await counted.topBidders(itemId, size));
  return bidders ? { ok: true, value: bidders } : itemNotFound();
}
