import {
  type BidState,
  type Category,
  type HotAuction,
  type Item,
  ItemSort,
  type MyBid,
  type Sale,
} from '@gavel/proto/gen/bids/v1/bids_pb';
import { call } from '../rpc/call.ts';
import type { CallOutcome } from '../rpc/call-failure.ts';
import { as, asVisitor, bidsClient, leaderboardClient } from '../rpc/clients.ts';
import { readSession } from '../session/read-session.ts';
import type { Session } from '../session/renewal.ts';
import type { Search } from './search.ts';

const PAGE_SIZE = 12;
const HOTTEST = 4;

type SignedIn = Extract<Session, { kind: 'signed-in' }>;

export interface Page<T> {
  entries: T[];
  /** Empty on the last page. */
  nextPageToken: string;
}

/** Auctions that a search finds. */
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
  return itemPage(await call('bids', () => bidsClient().listItems(request, options)));
}

/** The category tree; empty when it cannot be had: the list does without. */
export async function categoryTree(): Promise<readonly Category[]> {
  const outcome = await call('bids', () => bidsClient().listCategories({}));
  return outcome.ok ? outcome.value.categories : [];
}

/** The auctions with the most bids of late; empty when they cannot be had. */
export async function hottestAuctions(): Promise<readonly HotAuction[]> {
  const outcome = await call('bids', () => leaderboardClient().getHottestAuctions({ limit: HOTTEST }));
  return outcome.ok ? outcome.value.auctions : [];
}

/** The caller's own items, newest first. */
export async function sellerItems(session: SignedIn, pageToken: string): Promise<CallOutcome<Page<Item>>> {
  const request = { pageSize: PAGE_SIZE, pageToken };
  return itemPage(await call('bids', () => bidsClient().listSellerItems(request, as(session))));
}

/** The caller's watched items, latest watched first. */
export async function watchedItems(session: SignedIn, pageToken: string): Promise<CallOutcome<Page<Item>>> {
  const request = { pageSize: PAGE_SIZE, pageToken };
  return itemPage(await call('bids', () => bidsClient().listWatchedItems(request, as(session))));
}

/** The auctions that the caller has bid on, latest bid first. */
export async function myBids(
  session: SignedIn,
  state: BidState,
  pageToken: string,
): Promise<CallOutcome<Page<MyBid>>> {
  const request = { pageSize: PAGE_SIZE, pageToken, state };
  const outcome = await call('bids', () => bidsClient().listMyBids(request, as(session)));
  if (!outcome.ok) return outcome;
  return { ok: true, value: { entries: outcome.value.bids, nextPageToken: outcome.value.nextPageToken } };
}

/** The caller's sold items, latest sale first. */
export async function mySales(session: SignedIn, pageToken: string): Promise<CallOutcome<Page<Sale>>> {
  const request = { pageSize: PAGE_SIZE, pageToken };
  const outcome = await call('bids', () => bidsClient().listSales(request, as(session)));
  if (!outcome.ok) return outcome;
  return { ok: true, value: { entries: outcome.value.sales, nextPageToken: outcome.value.nextPageToken } };
}

function itemPage(outcome: CallOutcome<{ items: Item[]; nextPageToken: string }>): CallOutcome<Page<Item>> {
  if (!outcome.ok) return outcome;
  return { ok: true, value: { entries: outcome.value.items, nextPageToken: outcome.value.nextPageToken } };
}
