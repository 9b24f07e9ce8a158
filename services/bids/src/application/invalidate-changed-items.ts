import type { BidResult } from './decide-batch.ts';
import type { Auctions, Change, ChangedItems } from './ports.ts';

/**
 * The auctions, with every changed item invalidated before its caller gets the answer. So a caller who has an answer never reads
 * an older state from this process. A command that failed may have changed something too, so it also invalidates. Closing
 * does not: an auction that has ended but is not closed yet is never shared. A change that nobody else may see does not either:
 * shared items do not contain it, and others could notice that the item is read again.
 */
export function invalidateChangedItems(auctions: Auctions, items: ChangedItems): Auctions {
  const invalidating = async <T>(
    itemId: string,
    isVisible: (result: T) => boolean,
    work: () => Promise<T>,
  ): Promise<T> => {
    let unchanged = false;
    try {
      const result = await work();
      unchanged = !isVisible(result);
      return result;
    } finally {
      if (!unchanged) items.invalidate(itemId);
    }
  };
  return {
    ...auctions,
    change: (itemId, decideLocked) =>
      invalidating(itemId, changesItem, () => auctions.change(itemId, decideLocked)),
    placeBid: (request) => invalidating(request.itemId, isVisibleBid, () => auctions.placeBid(request)),
  };
}

function changesItem({ kind }: Pick<Change<never>, 'kind'>): boolean {
  return kind === 'accepted';
}

function isVisibleBid(result: BidResult): boolean {
  if (result.kind === 'repeated') return result.remembered.visible;
  return result.kind === 'accepted' && result.visible;
}
