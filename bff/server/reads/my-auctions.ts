import 'server-only';
import type { BidState, Item, MyBid, Sale } from '@gavel/proto/gen/bids/v1/bids_pb';
import { type CallOutcome, type Page, pageOf } from '../../model/call-outcome.ts';
import { as, bidsClient, call } from '../call-services.ts';
import type { SignedIn } from '../session/session.ts';

const PAGE_SIZE = 12;

/** The caller's own items, newest first. */
export async function sellerItems(session: SignedIn, pageToken: string): Promise<CallOutcome<Page<Item>>> {
  const request = { pageSize: PAGE_SIZE, pageToken };
  const outcome = await call('bids', () => bidsClient().listSellerItems(request, as(session)));
  return pageOf(outcome, ({ items }) => items);
}

/** The caller's watched items, most recently watched first. */
export async function watchedItems(session: SignedIn, pageToken: string): Promise<CallOutcome<Page<Item>>> {
  const request = { pageSize: PAGE_SIZE, pageToken };
  const outcome = await call('bids', () => bidsClient().listWatchedItems(request, as(session)));
  return pageOf(outcome, ({ items }) => items);
}

/** The auctions that the caller has bid on, most recent bid first. */
export async function myBids(
  session: SignedIn,
  state: BidState,
  pageToken: string,
): Promise<CallOutcome<Page<MyBid>>> {
  const request = { pageSize: PAGE_SIZE, pageToken, state };
  const outcome = await call('bids', () => bidsClient().listMyBids(request, as(session)));
  return pageOf(outcome, ({ bids }) => bids);
}

/** The caller's sold items, most recent sale first. */
export async function mySales(session: SignedIn, pageToken: string): Promise<CallOutcome<Page<Sale>>> {
  const request = { pageSize: PAGE_SIZE, pageToken };
  const outcome = await call('bids', () => bidsClient().listSales(request, as(session)));
  return pageOf(outcome, ({ sales }) => sales);
}
