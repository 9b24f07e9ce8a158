import 'server-only';
import {
  type Bid,
  type Category,
  type HotAuction,
  type Item,
  ItemSort,
  type TopBidder,
} from '@gavel/proto/gen/bids/v1/bids_pb';
import { cache } from 'react';
import { type CallOutcome, type Page, pageOf } from '../../model/call-outcome.ts';
import type { Search } from '../../model/search.ts';
import { asVisitor, bidsClient, call, leaderboardClient } from '../call-services.ts';
import { readSession } from '../session/read-session.ts';

const PAGE_SIZE = 12;
const BIDS_PAGE_SIZE = 20;
const SIMILAR = 6;
const SITEMAP_ITEMS = 100;
const TOP_BIDDERS = 5;
const HOTTEST = 4;
const MAX_ID = 64;

/** The auctions that a search finds. */
export async function foundAuctions(search: Search, pageToken: string): Promise<CallOutcome<Page<Item>>> {
  const request = {
    pageSize: PAGE_SIZE,
    pageToken,
    category: search.category,
    query: search.query,
    minPrice: search.minPrice ?? 0n,
    maxPrice: search.maxPrice ?? 0n,
    currency: search.currency,
    endingWithinSeconds: search.endingWithinSeconds,
    sort: search.sort || ItemSort.UNSPECIFIED,
    scheduled: search.scheduled,
  };
  const options = asVisitor(await readSession());
  const outcome = await call('bids', () => bidsClient().listItems(request, options));
  return pageOf(outcome, ({ items }) => items);
}

/** The category tree; empty when the call fails, because the list of auctions works without it. */
export async function categoryTree(): Promise<readonly Category[]> {
  const outcome = await call('bids', () => bidsClient().listCategories({}));
  return outcome.ok ? outcome.value.categories : [];
}

/** The auctions with the most bids recently; empty when the call fails. */
export async function hottestAuctions(): Promise<readonly HotAuction[]> {
  const outcome = await call('bids', () => leaderboardClient().getHottestAuctions({ limit: HOTTEST }));
  return outcome.ok ? outcome.value.auctions : [];
}

/** One item, as the reader may see it. Read once per request, for the title and for the page. */
export const readItem = cache(async (id: string): Promise<CallOutcome<Item | undefined>> => {
  const options = asVisitor(await readSession());
  const outcome = await call('bids', () => bidsClient().getItem({ id: id.slice(0, MAX_ID) }, options));
  return outcome.ok ? { ok: true, value: outcome.value.item } : outcome;
});

/** An item's bids, newest first. Bidders are masked; only the reader's own bids carry a user id. */
export async function itemBids(itemId: string, pageToken: string): Promise<CallOutcome<Page<Bid>>> {
  const request = { itemId: itemId.slice(0, MAX_ID), pageSize: BIDS_PAGE_SIZE, pageToken };
  const options = asVisitor(await readSession());
  const outcome = await call('bids', () => bidsClient().getItemBids(request, options));
  return pageOf(outcome, ({ bids }) => bids);
}

/** An item's highest bidders, highest first, masked; empty when the call fails. */
export async function topBidders(itemId: string): Promise<readonly TopBidder[]> {
  const request = { itemId: itemId.slice(0, MAX_ID), limit: TOP_BIDDERS };
  const outcome = await call('bids', () => leaderboardClient().getTopBidders(request));
  return outcome.ok ? outcome.value.bidders : [];
}

/** Running auctions of the same category, soonest end first, without the item itself; empty when the call fails. */
export async function similarItems({ id, category }: Item): Promise<readonly Item[]> {
  const options = asVisitor(await readSession());
  const outcome = await call('bids', () =>
    bidsClient().listItems({ pageSize: SIMILAR + 1, category: topOf(category) }, options),
  );
  return outcome.ok ? outcome.value.items.filter((item) => item.id !== id).slice(0, SIMILAR) : [];
}

/** The top category of a path, so that few items of the same kind are joined by related ones. */
function topOf(category: string): string {
  return category.split('/', 1)[0] ?? '';
}

/** The running auctions that were listed last, for the sitemap; empty when the call fails. */
export async function newestItems(): Promise<readonly Item[]> {
  const request = { pageSize: SITEMAP_ITEMS, sort: ItemSort.NEWEST };
  const outcome = await call('bids', () => bidsClient().listItems(request));
  return outcome.ok ? outcome.value.items : [];
}
