import type { Bid, Item, TopBidder } from '@gavel/proto/gen/bids/v1/bids_pb';
import { cache } from 'react';
import { call } from '../rpc/call.ts';
import type { CallOutcome } from '../rpc/call-failure.ts';
import { asVisitor, bidsClient, leaderboardClient } from '../rpc/clients.ts';
import { readSession } from '../session/read-session.ts';
import type { Page } from './list-pages.ts';

const BIDS_PAGE_SIZE = 20;
const TOP_BIDDERS = 5;

/** One item, as the reader may see it. Read once a request, for the title and for the page. */
export const readItem = cache(async (id: string): Promise<CallOutcome<Item | undefined>> => {
  const options = asVisitor(await readSession());
  const outcome = await call('bids', () => bidsClient().getItem({ id: id.slice(0, 64) }, options));
  return outcome.ok ? { ok: true, value: outcome.value.item } : outcome;
});

/** An item's bids, newest first; bidders are masked, and only the reader's own bids say whose they are. */
export async function itemBids(itemId: string, pageToken: string): Promise<CallOutcome<Page<Bid>>> {
  const request = { itemId: itemId.slice(0, 64), pageSize: BIDS_PAGE_SIZE, pageToken };
  const options = asVisitor(await readSession());
  const outcome = await call('bids', () => bidsClient().getItemBids(request, options));
  if (!outcome.ok) return outcome;
  return { ok: true, value: { entries: outcome.value.bids, nextPageToken: outcome.value.nextPageToken } };
}

/** An item's highest bidders, highest first, masked. Empty when they cannot be had: the page does without. */
export async function topBidders(itemId: string): Promise<readonly TopBidder[]> {
  const request = { itemId: itemId.slice(0, 64), limit: TOP_BIDDERS };
  const outcome = await call('bids', () => leaderboardClient().getTopBidders(request));
  return outcome.ok ? outcome.value.bidders : [];
}
