import { BidState } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { Metadata } from 'next';
import Link from 'next/link';
import { MyBidRow } from '../../components/auctions/item-rows.tsx';
import { LiveRows } from '../../components/live/live-card.tsx';
import { ListPage } from '../../components/page/list-page.tsx';
import { liveItemOf } from '../../model/live-item.ts';
import { pathWith, type Query, queryText } from '../../model/query.ts';
import { myBids } from '../../server/reads/my-auctions.ts';

export const metadata: Metadata = { title: 'My bids' };

const states: Readonly<Record<string, { state: BidState; label: string }>> = {
  '': { state: BidState.UNSPECIFIED, label: 'All' },
  winning: { state: BidState.WINNING, label: 'Winning' },
  outbid: { state: BidState.OUTBID, label: 'Outbid' },
  won: { state: BidState.WON, label: 'Won' },
  lost: { state: BidState.LOST, label: 'Lost' },
};

export default async function MyBidsPage({ searchParams }: { searchParams: Query }) {
  const state = await queryText(searchParams, 'state');
  return (
    <ListPage
      title="My bids"
      path="/my-bids"
      searchParams={searchParams}
      filters={{ state }}
      read={(session, pageToken) => myBids(session, states[state]?.state ?? BidState.UNSPECIFIED, pageToken)}
      empty={state ? 'You have no bids with this status.' : 'You have not placed any bids yet.'}
      pagerLabel="Pages of bids"
      above={() => <StateFilter current={state} />}
    >
      {(bids) => (
        <>
          <LiveRows items={bids.flatMap(({ item }) => (item ? [liveItemOf(item)] : []))} />
          <ul className="listings" aria-label="My bids">
            {bids.map((bid) => (
              <MyBidRow key={bid.item?.id} bid={bid} />
            ))}
          </ul>
        </>
      )}
    </ListPage>
  );
}

function StateFilter({ current }: { current: string }) {
  return (
    <nav className="chips" aria-label="Status">
      {Object.entries(states).map(([name, { label }]) => (
        <Link
          key={name}
          href={pathWith('/my-bids', { state: name })}
          prefetch={false}
          aria-current={name === current ? 'page' : undefined}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
