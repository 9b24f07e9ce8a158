import type { Metadata } from 'next';
import { AuctionCard } from '../../components/auctions/auction-list.tsx';
import { ListPage } from '../../components/page/list-page.tsx';
import { type Query, queryText } from '../../model/query.ts';
import { watchedItems } from '../../server/reads/my-auctions.ts';
import { requireSession } from '../../server/session/read-session.ts';

export const metadata: Metadata = { title: 'Watch list' };

export default async function WatchListPage({ searchParams }: { searchParams: Query }) {
  const session = await requireSession('/watch-list');
  if (session.kind !== 'signed-in') return <h1>Watch list</h1>;
  const pageToken = await queryText(searchParams, 'page_token');
  const nowMs = Date.now();
  return (
    <ListPage
      title="Watch list"
      path="/watch-list"
      pageToken={pageToken}
      list={await watchedItems(session, pageToken)}
      empty="Your watch list is empty. To add an item, open its page and select “Watch”."
      pagerLabel="Pages of watched items"
    >
      {(items) => (
        <ul className="cards" aria-label="Watch list">
          {items.map((item) => (
            <AuctionCard key={item.id} item={item} nowMs={nowMs} />
          ))}
        </ul>
      )}
    </ListPage>
  );
}
