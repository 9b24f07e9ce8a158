import { BidState } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { Metadata } from 'next';
import Link from 'next/link';
import { MyBidRow } from '../../components/auctions/my-bid-row.tsx';
import { FailureNotice } from '../../components/page/notice.tsx';
import { Pager } from '../../components/page/pager.tsx';
import { myBids } from '../../server/pages/list-pages.ts';
import { pathWith, type Query, queryText } from '../../server/pages/query.ts';
import { requireSession } from '../../server/session/read-session.ts';

export const metadata: Metadata = { title: 'My bids' };

const states: Readonly<Record<string, { state: BidState; label: string }>> = {
  '': { state: BidState.UNSPECIFIED, label: 'All' },
  winning: { state: BidState.WINNING, label: 'Winning' },
  outbid: { state: BidState.OUTBID, label: 'Outbid' },
  won: { state: BidState.WON, label: 'Won' },
  lost: { state: BidState.LOST, label: 'Lost' },
};

export default async function MyBidsPage({ searchParams }: { searchParams: Query }) {
  const session = await requireSession('/my-bids');
  if (session.kind !== 'signed-in') return <h1>My bids</h1>;
  const state = await queryText(searchParams, 'state');
  const pageToken = await queryText(searchParams, 'page_token');
  const bids = await myBids(session, states[state]?.state ?? BidState.UNSPECIFIED, pageToken);
  const first = pathWith('/my-bids', { state });
  const next = bids.ok ? bids.value.nextPageToken : '';
  return (
    <>
      <h1>My bids</h1>
      <nav className="categories" aria-label="How I stand">
        {Object.entries(states).map(([name, { label }]) => (
          <Link
            key={name}
            href={pathWith('/my-bids', { state: name })}
            prefetch={false}
            aria-current={name === state ? 'page' : undefined}
          >
            {label}
          </Link>
        ))}
      </nav>
      {!bids.ok && <FailureNotice failure={bids} path={first} />}
      {bids.ok && bids.value.entries.length === 0 && (
        <p className="notice plain">{state ? 'None of your bids.' : 'You have not bid on anything yet.'}</p>
      )}
      <ul className="listings" aria-label="My bids">
        {bids.ok && bids.value.entries.map((bid) => <MyBidRow key={bid.item?.id} bid={bid} />)}
      </ul>
      <Pager
        label="Pages of bids"
        {...(pageToken && { first })}
        {...(next && { next: pathWith('/my-bids', { state, page_token: next }) })}
      />
    </>
  );
}
