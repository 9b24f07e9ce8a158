import type { Item } from '@gavel/proto/gen/bids/v1/bids_pb';
import { isNarrowed, type Search } from '../../server/pages/search.ts';
import { AuctionCard } from './auction-card.tsx';

/** The auctions that a search found, or a sentence when there are none. */
export function AuctionList({ items, search }: { items: readonly Item[]; search: Search }) {
  if (items.length === 0) return <p className="notice plain">{emptyText(search)}</p>;
  const nowMs = Date.now();
  return (
    <ul className="cards" aria-label={search.scheduled ? 'Auctions to come' : 'Running auctions'}>
      {items.map((item) => (
        <AuctionCard key={item.id} item={item} nowMs={nowMs} />
      ))}
    </ul>
  );
}

function emptyText(search: Search): string {
  if (isNarrowed(search)) return 'No auction fits this search.';
  return search.category ? 'No auction runs in this category.' : 'No auction runs now.';
}
