import type { Metadata } from 'next';
import { AuctionCard } from '../../components/auctions/auction-card.tsx';
import { UnwatchForm } from '../../components/forms/watch-forms.tsx';
import { ListPage } from '../../components/page/list-page.tsx';
import type { Query } from '../../model/query.ts';
import { watchedItems } from '../../server/reads/my-auctions.ts';

export const metadata: Metadata = { title: 'Watch list' };

export default function WatchListPage({ searchParams }: { searchParams: Query }) {
  return (
    <ListPage
      title="Watch list"
      path="/watch-list"
      searchParams={searchParams}
      read={watchedItems}
      empty="Your watch list is empty. To add an item, open its page and select “Watch”."
      pagerLabel="Pages of watched items"
    >
      {(items) => (
        <ul className="cards" aria-label="Watch list">
          {items.map((item) => (
            <AuctionCard key={item.id} item={item}>
              <UnwatchForm itemId={item.id} title={item.title} />
            </AuctionCard>
          ))}
        </ul>
      )}
    </ListPage>
  );
}
