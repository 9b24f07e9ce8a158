import type { ItemView } from './auction-views.ts';
import { boardSize, type ItemHeat, type Leaderboards } from './leaderboards.ts';

export interface HotAuction {
  readonly view: ItemView;
  readonly recentBids: bigint;
}

/** Of a board full of auctions that have just ended so many pages are read, before it is counted instead. */
const PAGES = 5;

/** The running auctions with the most bids in the last hour, hottest first. */
export async function getHottestAuctions(boards: Leaderboards, limit: number): Promise<HotAuction[]> {
  const size = boardSize(limit);
  const kept = await readKept(boards, size);
  return kept ?? withItems(boards, await boards.counted.hottest(size));
}

async function readKept(boards: Leaderboards, size: number): Promise<HotAuction[] | undefined> {
  const found: HotAuction[] = [];
  const page = size * 2;
  for (let rank = 0; rank < page * PAGES; rank += page) {
    const heats = await boards.kept.hottest(rank, page);
    if (heats === undefined) return undefined;
    found.push(...(await withItems(boards, heats)));
    if (found.length >= size || heats.length < page) return found.slice(0, size);
  }
  return undefined;
}

async function withItems({ counted }: Leaderboards, heats: readonly ItemHeat[]): Promise<HotAuction[]> {
  const views = await counted.running(heats.map(({ itemId }) => itemId));
  return heats.flatMap(({ itemId, recentBids }) => {
    const view = views.get(itemId);
    return view === undefined ? [] : [{ view, recentBids }];
  });
}
