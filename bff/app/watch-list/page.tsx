import type { Metadata } from 'next';
import { AuctionCard } from '../../components/auctions/auction-card.tsx';
import { FailureNotice } from '../../components/page/notice.tsx';
import { Pager } from '../../components/page/pager.tsx';
import { watchedItems } from '../../server/pages/list-pages.ts';
import { pathWith, type Query, queryText } from '../../server/pages/query.ts';
import { requireSession } from '../../server/session/read-session.ts';

export const metadata: Metadata = { title: 'Watch list' };

export default async function WatchListPage({ searchParams }: { searchParams: Query }) {
  const session = await requireSession('/watch-list');
  if (session.kind !== 'signed-in') return <h1>Watch list</h1>;
  const pageToken = await queryText(searchParams, 'page_token');
  const items = await watchedItems(session, pageToken);
  const next = items.ok ? items.value.nextPageToken : '';
  const nowMs = Date.now();
  return (
    <>
      <h1>Watch list</h1>
      {!items.ok && <FailureNotice failure={items} path="/watch-list" />}
      {items.ok && items.value.entries.length === 0 && (
        <p className="notice plain">You watch nothing yet. Every item’s page has a button for it.</p>
      )}
      <ul className="cards" aria-label="Watch list">
        {items.ok &&
          items.value.entries.map((item) => <AuctionCard key={item.id} item={item} nowMs={nowMs} />)}
      </ul>
      <Pager
        label="Pages of watched items"
        {...(pageToken && { first: '/watch-list' })}
        {...(next && { next: pathWith('/watch-list', { page_token: next }) })}
      />
    </>
  );
}
