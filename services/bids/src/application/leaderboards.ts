import type { Outcome } from '@gavel/service-runtime/failure';
import type {
  BidderStanding,
  CountedBoards,
  ItemHeat,
  ItemView,
  KeptBoards,
  SellerStanding,
} from './ports.ts';
import { readId } from './read-fields.ts';
import { itemNotFound } from './rejections.ts';

export interface LeaderboardPorts {
  readonly kept: KeptBoards;
  readonly counted: CountedBoards;
}

/** An auction's bidders by their highest visible bids, highest first. */
export async function getTopBidders(
  { kept, counted }: LeaderboardPorts,
  input: { itemId: string; limit: number },
): Promise<Outcome<readonly BidderStanding[], 'ITEM_NOT_FOUND'>> {
  const itemId = readId(input.itemId);
  if (itemId === undefined) return itemNotFound();
  const size = boardSize(input.limit);
  const bidders = (await kept.topBidders(itemId, size)) ?? (await counted.topBidders(itemId, size));
  return bidders ? { ok: true, value: bidders } : itemNotFound();
}

/** The sellers with the most sold items, most first. */
export async function getTopSellers(
  { kept, counted }: LeaderboardPorts,
  input: { limit: number },
): Promise<readonly SellerStanding[]> {
  const size = boardSize(input.limit);
  return (await kept.topSellers(size)) ?? (await counted.topSellers(size));
}

export interface HotAuction {
  readonly view: ItemView;
  readonly recentBids: bigint;
}

// The kept board may be full of auctions that have just ended. After this many pages the board is counted instead.
const PAGES = 5;

/** The running auctions with the most bids in the last hour, highest count first. */
export async function getHottestAuctions(
  ports: LeaderboardPorts,
  input: { limit: number },
): Promise<HotAuction[]> {
  const size = boardSize(input.limit);
  const kept = await readKept(ports, size);
  return kept ?? withItems(ports, await ports.counted.hottest(size));
}

async function readKept(ports: LeaderboardPorts, size: number): Promise<HotAuction[] | undefined> {
  const found: HotAuction[] = [];
  const page = size * 2;
  for (let rank = 0; rank < page * PAGES; rank += page) {
    const heats = await ports.kept.hottest(rank, page);
    if (heats === undefined) return undefined;
    found.push(...(await withItems(ports, heats)));
    if (found.length >= size || heats.length < page) return found.slice(0, size);
  }
  return undefined;
}

async function withItems({ counted }: LeaderboardPorts, heats: readonly ItemHeat[]): Promise<HotAuction[]> {
  const views = await counted.running(heats.map(({ itemId }) => itemId));
  return heats.flatMap(({ itemId, recentBids }) => {
    const view = views.get(itemId);
    return view === undefined ? [] : [{ view, recentBids }];
  });
}

// Default 10, at most 100.
function boardSize(limit: number): number {
  return limit === 0 ? 10 : Math.min(limit, 100);
}
