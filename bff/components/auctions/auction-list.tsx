import { type Item, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import { formatMoney } from '../../model/money.ts';
import { isNarrowed, type Search } from '../../model/search.ts';
import { bidCountText } from '../../words/auction-words.ts';
import { timeLeft } from '../../words/times.ts';
import { ItemPicture } from './pictures.tsx';

/** The auctions that a search found, or a sentence when there are none. */
export function AuctionList({ items, search }: { items: readonly Item[]; search: Search }) {
  if (items.length === 0) return <p className="notice plain">{emptyText(search)}</p>;
  const nowMs = Date.now();
  return (
    <ul className="cards" aria-label={search.scheduled ? 'Upcoming auctions' : 'Live auctions'}>
      {items.map((item) => (
        <AuctionCard key={item.id} item={item} nowMs={nowMs} />
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
export function AuctionCard({ item, nowMs }: { item: Item; nowMs: number }) {
  const bid = item.bidCount > 0n;
  return (
    <li className="card">
      <Link href={`/items/${item.id}`} prefetch={false}>
        <ItemPicture images={item.images} title="" />
        <h2>{item.title}</h2>
      </Link>
      <p className="price">{formatMoney(bid ? item.currentHighestBid : item.startPrice, item.currency)}</p>
      <p className="hint">
        {bid ? bidCountText(item.bidCount) : 'Starting price'} · {timeText(item, nowMs)}
      </p>
    </li>
  );
}

function timeText(item: Item, nowMs: number): string {
  if (item.status === ItemStatus.SCHEDULED)
    return `starts in ${timeLeft(item.startsAt, nowMs) ?? 'a moment'}`;
  const left = timeLeft(item.endAt, nowMs);
  return left ? `ends in ${left}` : 'ending now';
}
