import type { Bid, Item } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { CallOutcome, Page } from '../../model/call-outcome.ts';
import { formatMoney } from '../../model/money.ts';
import { pathWith } from '../../model/query.ts';
import type { Session } from '../../server/session/session.ts';
import { TimeSince } from '../live/time-since.tsx';
import { FailureNotice } from '../page/notice.tsx';
import { Pager } from '../page/pager.tsx';

interface BidHistoryProps {
  item: Item;
  session: Session;
  bids: CallOutcome<Page<Bid>>;
  pageToken: string;
}

/** The bids of an item, newest first, one page at a time. If they cannot be read, the rest of the item's page is shown. */
export function BidHistory({ item, session, bids, pageToken }: BidHistoryProps) {
  const path = `/items/${item.id}`;
  const readerId = session.kind === 'signed-in' ? session.userId : undefined;
  return (
    <section aria-label="Bids">
      <h2>Bids</h2>
      {bids.ok ? (
        <BidTable bids={bids.value.entries} currency={item.currency} readerId={readerId} />
      ) : (
        <FailureNotice failure={bids} path={path} />
      )}
      <Pager
        label="Pages of bids"
        {...(pageToken && { first: path })}
        {...(bids.ok &&
          bids.value.nextPageToken && { next: pathWith(path, { bids_page: bids.value.nextPageToken }) })}
      />
    </section>
  );
}

interface BidTableProps {
  bids: readonly Bid[];
  currency: string;
  readerId: string | undefined;
}

function BidTable({ bids, currency, readerId }: BidTableProps) {
  if (bids.length === 0) return <p className="hint">No bids.</p>;
  const isOwn = (bid: Bid) => readerId !== undefined && bid.userId === readerId;
  return (
    <table aria-label="Bid history">
      <thead>
        <tr>
          <th scope="col">Bidder</th>
          <th scope="col">Bid</th>
          <th scope="col">Time</th>
        </tr>
      </thead>
      <tbody>
        {bids.map((bid) => (
          <tr key={bid.id} className={isOwn(bid) ? 'own' : undefined}>
            <td>{isOwn(bid) ? 'You' : `Bidder ${bid.bidder}`}</td>
            <td className="number">
              {formatMoney(bid.amount, currency)}
              {bid.automatic && <span className="hint"> automatic bid</span>}
            </td>
            <td>
              <TimeSince iso={bid.createdAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
