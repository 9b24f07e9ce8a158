import 'server-only';
import { type HotAuction, type Item, ItemSort } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { CallOutcome } from '../../model/call-outcome.ts';
import { asVisitor, bidsClient, call } from '../call-services.ts';
import { readSession } from '../session/read-session.ts';
import { hottestAuctions } from './auctions.ts';

const SHELF = 8;
const SHORT_SHELF = 6;

/** The rows of the front page. Only the first one can fail: without the others the page is still useful. */
export interface FrontPage {
  ending: CallOutcome<readonly Item[]>;
  hottest: readonly HotAuction[];
  newest: readonly Item[];
  upcoming: readonly Item[];
  sold: readonly Item[];
}

/** Reads all rows of the front page at once. */
export async function readFrontPage(): Promise<FrontPage> {
  const options = asVisitor(await readSession());
  const list = async (request: object): Promise<CallOutcome<readonly Item[]>> => {
    const outcome = await call('bids', () => bidsClient().listItems(request, options));
    return outcome.ok ? { ok: true, value: outcome.value.items } : outcome;
  };
  const [ending, hottest, newest, upcoming, sold] = await Promise.all([
    list({ pageSize: SHELF, sort: ItemSort.ENDING_SOON }),
    hottestAuctions(),
    list({ pageSize: SHELF, sort: ItemSort.NEWEST }),
    list({ pageSize: SHORT_SHELF, scheduled: true }),
    recentSales(),
  ]);
  return { ending, hottest, newest: itemsOf(newest), upcoming: itemsOf(upcoming), sold };
}

/** The items that were sold last; empty when the call fails. */
async function recentSales(): Promise<readonly Item[]> {
  const outcome = await call('bids', () => bidsClient().listRecentSales({ limit: SHORT_SHELF }));
  return outcome.ok ? outcome.value.items : [];
}

function itemsOf(outcome: CallOutcome<readonly Item[]>): readonly Item[] {
  return outcome.ok ? outcome.value : [];
}
