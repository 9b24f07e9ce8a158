import type { Item } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import { liveItemOf } from '../../model/live-item.ts';
import { isNarrowed, type Search } from '../../model/search.ts';
import { LiveCard } from '../live/live-card.tsx';
import { ItemPicture } from './pictures.tsx';

/** The auctions that a search found, or a sentence when there are none. */
export function AuctionList({ items, search }: { items: readonly Item[]; search: Search }) {
  if (items.length === 0) return <p className="notice plain">{emptyText(search)}</p>;
  return (
    <ul className="cards" aria-label={search.scheduled ? 'Upcoming auctions' : 'Live auctions'}>
      {items.map((item) => (
        <AuctionCard key={item.id} item={item} />
      ))}
    </ul>
  );
}

function emptyText(search: Search): string {
  if (isNarrowed(search)) return 'No auctions match your search.';
  return search.category
    ? 'There are no auctions in this category right now.'
    : 'There are no auctions right now.';
}

/** One live or upcoming auction in a list. */
export function AuctionCard({ item }: { item: Item }) {
  return (
    <li className="card">
      <Link href={`/items/${item.id}`} prefetch={false}>
        <ItemPicture images={item.images} title="" />
        <h2>{item.title}</h2>
      </Link>
      <LiveCard
        rendered={liveItemOf(item)}
        startPrice={item.startPrice.toString()}
        currency={item.currency}
      />
    </li>
  );
}
