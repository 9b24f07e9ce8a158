import { type Item, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import { formatMoney } from '../../server/money/format-money.ts';
import { timeLeft } from '../../server/pages/times.ts';
import { ItemPicture } from './item-picture.tsx';

/** One running auction in a list. */
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
        {bid ? bidCountText(item.bidCount) : 'Start price'} · {timeText(item, nowMs)}
      </p>
    </li>
  );
}

function timeText(item: Item, nowMs: number): string {
  if (item.status === ItemStatus.SCHEDULED)
    return `begins in ${timeLeft(item.startsAt, nowMs) ?? 'a moment'}`;
  const left = timeLeft(item.endAt, nowMs);
  return left ? `ends in ${left}` : 'ending';
}

function bidCountText(count: bigint): string {
  return count === 1n ? '1 bid' : `${count} bids`;
}
