import type { Item } from '@gavel/proto/gen/bids/v1/bids_pb';
import { AuctionCard } from './auction-card.tsx';

/** Running auctions, or a sentence when there are none. */
export function AuctionList({ items, category }: { items: readonly Item[]; category: string }) {
  if (items.length === 0)
    return (
      <p className="notice plain">
        {category ? 'No auction runs in this category.' : 'No auction runs now.'}
      </p>
    );
  const nowMs = Date.now();
  return (
    <ul className="cards" aria-label="Running auctions">
      {items.map((item) => (
        <AuctionCard key={item.id} item={item} nowMs={nowMs} />
      ))}
    </ul>
  );
}
