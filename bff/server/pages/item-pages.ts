import type { Bid, Item } from '@gavel/proto/gen/bids/v1/bids_pb';
import { cache } from 'react';
import { call } from '../rpc/call.ts';
import type { CallOutcome } from '../rpc/call-failure.ts';
import { as, bidsClient } from '../rpc/clients.ts';
import { readSession } from '../session/read-session.ts';
import type { Session } from '../session/renewal.ts';

const PAGE_SIZE = 12;
const BIDS_PAGE_SIZE = 20;

export interface Page<T> {
  entries: T[];
  /** Empty on the last page. */
  nextPageToken: string;
}

/** Running auctions, soonest end first. */
export async function runningAuctions(category: string, pageToken: string): Promise<CallOutcome<Page<Item>>> {
  return page(await call('bids', () => bidsClient().listItems({ pageSize: PAGE_SIZE, category, pageToken })));
}

/** The caller's own items, newest first. */
export async function sellerItems(
  session: Extract<Session, { kind: 'signed-in' }>,
  pageToken: string,
): Promise<CallOutcome<Page<Item>>> {
  const request = { pageSize: PAGE_SIZE, pageToken };
  return page(await call('bids', () => bidsClient().listSellerItems(request, as(session))));
}

/** One item, as the reader may see it. Read once a request, for the title and for the page. */
export const readItem = cache(async (id: string): Promise<CallOutcome<Item | undefined>> => {
  const session = await readSession();
  const options = session.kind === 'signed-in' ? as(session) : {};
  const outcome = await call('bids', () => bidsClient().getItem({ id: id.slice(0, 64) }, options));
  return outcome.ok ? { ok: true, value: outcome.value.item } : outcome;
});

/** An item's bids, newest first. */
export async function itemBids(itemId: string, pageToken: string): Promise<CallOutcome<Page<Bid>>> {
  const request = { itemId: itemId.slice(0, 64), pageSize: BIDS_PAGE_SIZE, pageToken };
  const outcome = await call('bids', () => bidsClient().getItemBids(request));
  if (!outcome.ok) return outcome;
  return { ok: true, value: { entries: outcome.value.bids, nextPageToken: outcome.value.nextPageToken } };
}

function page(outcome: CallOutcome<{ items: Item[]; nextPageToken: string }>): CallOutcome<Page<Item>> {
  if (!outcome.ok) return outcome;
  return { ok: true, value: { entries: outcome.value.items, nextPageToken: outcome.value.nextPageToken } };
}
