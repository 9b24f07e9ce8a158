import type { Metadata } from 'next';
import { ListingRow } from '../../components/auctions/item-rows.tsx';
import { ListPage } from '../../components/page/list-page.tsx';
import { type Query, queryText } from '../../model/query.ts';
import { sellerItems } from '../../server/reads/my-auctions.ts';
import { requireSession } from '../../server/session/read-session.ts';

export const metadata: Metadata = { title: 'My listings' };

export default async function ListingsPage({ searchParams }: { searchParams: Query }) {
  const session = await requireSession('/listings');
  if (session.kind !== 'signed-in') return <h1>My listings</h1>;
  const pageToken = await queryText(searchParams, 'page_token');
  return (
    <ListPage
      title="My listings"
      path="/listings"
      pageToken={pageToken}
      list={await sellerItems(session, pageToken)}
      empty="You have not listed any items yet."
      pagerLabel="Pages of listings"
    >
      {(items) => (
        <ul className="listings" aria-label="My listings">
          {items.map((item) => (
            <ListingRow key={item.id} item={item} />
          ))}
        </ul>
      )}
    </ListPage>
  );
}
