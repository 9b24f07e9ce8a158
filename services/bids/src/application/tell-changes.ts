import type { Auctions } from './auctions.ts';
import type { ChangedItems } from './public-items.ts';

/**
 * The auctions, with each change told before its caller gets the answer: who has got it never sees an older state here. A
 * command that failed half-way may have changed something too. Closing is not told: an ended auction that is not closed yet
 * is not shared.
 */
export function tellChanges(auctions: Auctions, items: ChangedItems): Auctions {
  const told = async <T extends { kind: string }>(itemId: string, work: () => Promise<T>): Promise<T> => {
    let rejected = false;
    try {
      const result = await work();
      rejected = result.kind === 'rejected';
      return result;
    } finally {
      if (!rejected) items.changed(itemId);
    }
  };
  return {
    ...auctions,
    change: (itemId, decideLocked) => told(itemId, () => auctions.change(itemId, decideLocked)),
    placeBid: (request) => told(request.itemId, () => auctions.placeBid(request)),
    relist: (itemId, decideLocked) => told(itemId, () => auctions.relist(itemId, decideLocked)),
  };
}
