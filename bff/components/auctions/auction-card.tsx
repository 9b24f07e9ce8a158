import { type Item, ItemOutcome, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { liveItemOf } from '../../model/live-item.ts';
import { formatMoney } from '../../model/money.ts';
import { endOf, isOpen, statusText } from '../../words/auction-words.ts';
import { HeartForm } from '../forms/watch-forms.tsx';
import { LiveCard } from '../live/live-card.tsx';
import { LocalTime } from '../live/local-time.tsx';
import { Icon } from '../ui/icon.tsx';
import { ItemPicture } from './pictures.tsx';

interface AuctionCardProps {
  item: Item;
  /** The level of the card's heading. Default: 2; 3 below a heading of its row. */
  level?: 2 | 3;
  /** Whether the card has a heart, with which the reader watches the item. */
  heart?: boolean;
  children?: ReactNode;
}

/** One auction in a list. A list may contain auctions that are over: watched ones, or ones that ended a moment ago. */
export function AuctionCard({ item, level = 2, heart = false, children }: AuctionCardProps) {
  const Heading = `h${level}` as const;
  return (
    <li className="card">
      <Link href={`/items/${item.id}`} prefetch={false}>
        <ItemPicture images={item.images} />
        <Heading className="card-title">
          <bdi>{item.title}</bdi>
        </Heading>
      </Link>
      {isOpen(item) ? (
        <LiveCard
          rendered={liveItemOf(item)}
          startPrice={item.startPrice.toString()}
          currency={item.currency}
        />
      ) : (
        <p className="hint">
          {statusText(item)} <LocalTime iso={endOf(item)} dateOnly />
        </p>
      )}
      <CardBadges item={item} />
      {heart && isOpen(item) && <HeartForm itemId={item.id} title={item.title} watched={item.watched} />}
      {children}
    </li>
  );
}

/** What sets an item apart, over its picture. */
function CardBadges({ item }: { item: Item }) {
  const sold = item.outcome === ItemOutcome.SOLD;
  const buyable = isOpen(item) && item.buyNowPrice > 0n;
  const reserved = item.status === ItemStatus.ACTIVE && item.bidCount > 0n && !item.reserveMet;
  if (!sold && !buyable && !reserved) return null;
  return (
    <div className="card-badges">
      {sold && <span className="badge good">Sold</span>}
      {buyable && (
        <span className="badge">
          <Icon name="bolt" filled /> Buy now {formatMoney(item.buyNowPrice, item.currency)}
        </span>
      )}
      {reserved && <span className="badge warn">Reserve not met</span>}
    </div>
  );
}
