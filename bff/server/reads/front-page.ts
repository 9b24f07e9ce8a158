import 'server-only';
import { BidState, type HotAuction, type Item, ItemSort, type MyBid } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { CallOutcome } from '../../model/call-outcome.ts';
import { asVisitor, bidsClient, call } from '../call-services.ts';
import { readSession } from '../session/read-session.ts';
import type { Session } from '../session/session.ts';
import { hottestAuctions } from './auctions.ts';
import { myBids } from './my-auctions.ts';

const SHELF = 8;
const SHORT_SHELF = 6;

/** The rows of the front page. Only the first one can fail: without the others the page is still useful. */
export interface FrontPage {
  ending: CallOutcome<readonly Item[]>;
  hottest: readonly HotAuction[];
  newest: readonly Item[];
  upcoming: readonly Item[];
  sold: readonly Item[];
  /** Running auctions with bids of the reader: those where the reader was outbid first, then by their end. Empty for guests. */
  own: readonly MyBid[];
}

/** Reads all rows of the front page at once. */
export async function readFrontPage(): Promise<FrontPage> {
  const session = await readSession();
  const options = asVisitor(session);
  const list = async (request: object): Promise<CallOutcome<readonly Item[]>> => {
    const outcome = await call('bids', () => bidsClient().listItems(request, options));
    return outcome.ok ? { ok: true, value: outcome.value.items } : outcome;
  };
  const [ending, hottest, newest, upcoming, sold, outbid, leading] = await Promise.all([
    list({ pageSize: SHELF, sort: ItemSort.ENDING_SOON }),
    hottestAuctions(),
    list({ pageSize: SHELF, sort: ItemSort.NEWEST }),
    list({ pageSize: SHORT_SHELF, scheduled: true }),
    recentSales(),
    ownBids(session, BidState.OUTBID),
    ownBids(session, BidState.WINNING),
  ]);
  return {
    ending,
    hottest,
    newest: itemsOf(newest),
    upcoming: itemsOf(upcoming),
    sold,
    own: [...outbid, ...leading],
  };
}

/** The items that were sold last; empty when the call fails. */
async function recentSales(): Promise<readonly Item[]> {
  const outcome = await call('bids', () => bidsClient().listRecentSales({ limit: SHORT_SHELF }));
  return outcome.ok ? outcome.value.items : [];
}

/** The reader's running auctions in one state, those that end first in front; empty for guests and when the call fails. */
async function ownBids(session: Session, state: BidState): Promise<readonly MyBid[]> {
  if (session.kind !== 'signed-in') return [];
  const outcome = await myBids(session, state, '');
  if (!outcome.ok) return [];
  const end = ({ item }: MyBid) => Date.parse(item?.endAt ?? '');
  return outcome.value.entries.toSorted((a, b) => end(a) - end(b));
}

function itemsOf(outcome: CallOutcome<readonly Item[]>): readonly Item[] {
  return outcome.ok ? outcome.value : [];
}
