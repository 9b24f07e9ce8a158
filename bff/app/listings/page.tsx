import type { Metadata } from 'next';
import { ListingRow } from '../../components/auctions/listing-row.tsx';
import { FailureNotice } from '../../components/page/notice.tsx';
import { Pager } from '../../components/page/pager.tsx';
import { sellerItems } from '../../server/pages/list-pages.ts';
import { pathWith, type Query, queryText } from '../../server/pages/query.ts';
import { requireSession } from '../../server/session/read-session.ts';

export const metadata: Metadata = { title: 'My listings' };

export default async function ListingsPage({ searchParams }: { searchParams: Query }) {
  const session = await requireSession('/listings');
  if (session.kind !== 'signed-in') return <h1>My listings</h1>;
  const pageToken = await queryText(searchParams, 'page_token');
  const items = await sellerItems(session, pageToken);
  const next = items.ok ? items.value.nextPageToken : '';
  return (
    <>
      <h1>My listings</h1>
      {!items.ok && <FailureNotice failure={items} path="/listings" />}
      {items.ok && items.value.entries.length === 0 && (
        <p className="notice plain">You have listed nothing yet.</p>
      )}
      <ul className="listings" aria-label="My listings">
        {items.ok && items.value.entries.map((item) => <ListingRow key={item.id} item={item} />)}
      </ul>
      <Pager
        label="Pages of listings"
        {...(pageToken && { first: '/listings' })}
        {...(next && { next: pathWith('/listings', { page_token: next }) })}
      />
    </>
  );
}
