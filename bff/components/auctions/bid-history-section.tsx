import type { Bid, Item } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { Page } from '../../server/pages/list-pages.ts';
import { pathWith } from '../../server/pages/query.ts';
import type { CallOutcome } from '../../server/rpc/call-failure.ts';
import type { Session } from '../../server/session/renewal.ts';
import { FailureNotice } from '../page/notice.tsx';
import { Pager } from '../page/pager.tsx';
import { BidHistory } from './bid-history.tsx';

interface BidHistorySectionProps {
  item: Item;
  session: Session;
  bids: CallOutcome<Page<Bid>>;
  pageToken: string;
}

/** The bids of an item, a page at a time; if they cannot be read, the rest of the item's page still stands. */
export function BidHistorySection({ item, session, bids, pageToken }: BidHistorySectionProps) {
  const path = `/items/${item.id}`;
  const readerId = session.kind === 'signed-in' ? session.userId : undefined;
  return (
    <section aria-label="Bids">
      <h2>Bids</h2>
      {bids.ok ? (
        <BidHistory bids={bids.value.entries} currency={item.currency} readerId={readerId} />
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
