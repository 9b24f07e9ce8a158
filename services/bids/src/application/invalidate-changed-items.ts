import type { Auctions, ChangedItems } from './ports.ts';

/**
 * The auctions, with every changed item invalidated before its caller gets the answer. So a caller who has an answer never reads
 * an older state from this process. A command that failed may have changed something too, so it also invalidates. Closing
 * does not: an auction that has ended but is not closed yet is never shared.
 */
export function invalidateChangedItems(auctions: Auctions, items: ChangedItems): Auctions {
  const invalidating = async <T extends { kind: string }>(
    itemId: string,
    work: () => Promise<T>,
  ): Promise<T> => {
    let rejected = false;
    try {
      const result = await work();
      rejected = result.kind === 'rejected';
      return result;
    } finally {
      if (!rejected) items.invalidate(itemId);
    }
  };
  return {
    ...auctions,
    change: (itemId, decideLocked) => invalidating(itemId, () => auctions.change(itemId, decideLocked)),
    placeBid: (request) => invalidating(request.itemId, () => auctions.placeBid(request)),
  };
}
