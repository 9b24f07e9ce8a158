import type { Metadata } from 'next';
import { ListingRow } from '../../components/auctions/item-rows.tsx';
import { LiveRows } from '../../components/live/live-card.tsx';
import { ListPage } from '../../components/page/list-page.tsx';
import { liveItemOf } from '../../model/live-item.ts';
import type { Query } from '../../model/query.ts';
import { sellerItems } from '../../server/reads/my-auctions.ts';

export const metadata: Metadata = { title: 'My listings' };

export default function ListingsPage({ searchParams }: { searchParams: Query }) {
  return (
    <ListPage
      title="My listings"
      path="/listings"
      searchParams={searchParams}
      read={sellerItems}
      empty="You have not listed any items yet."
      pagerLabel="Pages of listings"
    >
      {(items) => (
        <>
          <LiveRows items={items.map(liveItemOf)} />
          <ul className="listings" aria-label="My listings">
            {items.map((item) => (
              <ListingRow key={item.id} item={item} />
            ))}
          </ul>
        </>
      )}
    </ListPage>
  );
}
