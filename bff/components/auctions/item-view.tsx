import { type Item, ItemOutcome, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { categoryLabel, parentsOf } from '../../model/catalogue.ts';
import { isSettled, liveItemOf } from '../../model/live-item.ts';
import { formatMoney } from '../../model/money.ts';
import { pathWith } from '../../model/query.ts';
import type { Session } from '../../server/session/session.ts';
import { signInPath } from '../../server/session/sign-in-path.ts';
import { bidCountText } from '../../words/auction-words.ts';
import { LiveAuction, LivePrice } from '../live/live-price.tsx';
import { AuctionState, AuctionTerms } from './auction-terms.tsx';
import { BidBar } from './bid-bar.tsx';
import { BidPanel } from './bid-panel.tsx';
import { Gallery } from './gallery.tsx';
import { StatusBand } from './status-band.tsx';

interface ItemViewProps {
  item: Item;
  session: Session;
  /** The amount that the address names for the bid form, as typed. */
  asked: string;
  children: ReactNode;
}

/** An item's page: pictures and description beside price and forms, and the children below the forms. */
export function ItemView({ item, session, asked, children }: ItemViewProps) {
  return (
    <LiveAuction
      rendered={liveItemOf(item)}
      startPrice={item.startPrice.toString()}
      currency={item.currency}
      settled={isSettled(item)}
    >
      <CategoryPath category={item.category} />
      <article className="item">
        <div className="item-side">
          <Gallery images={item.images} title={item.title} />
          <Description item={item} />
        </div>
        <div className="item-side">
          <section aria-label="Auction" className="buy-box">
            <h1>
              <bdi>{item.title}</bdi>
            </h1>
            <StatusBand item={item} readerId={session.kind === 'signed-in' ? session.userId : undefined} />
            <div className="price-line">
              {item.outcome === ItemOutcome.SOLD ? <SoldPrice item={item} /> : <LivePrice />}
              <AuctionState item={item} />
            </div>
            <BidPanel item={item} session={session} asked={asked} />
            <AuctionTerms item={item} />
          </section>
          <div className="bidding">{children}</div>
        </div>
      </article>
      <PhoneBar item={item} session={session} />
    </LiveAuction>
  );
}

/** Links to the item's category and the ones above it. */
function CategoryPath({ category }: { category: string }) {
  if (category === '') return null;
  return (
    <nav aria-label="Category" className="crumbs">
      <Link href="/" prefetch={false}>
        Auctions
      </Link>
      {parentsOf(category).map((path) => (
        <Link key={path} href={pathWith('/', { category: path })} prefetch={false}>
          <bdi>{categoryLabel(path)}</bdi>
        </Link>
      ))}
    </nav>
  );
}

function Description({ item }: { item: Item }) {
  return (
    <section aria-label="Description" className="about">
      <h2>Description</h2>
      <p className="description" dir="auto">
        {withoutGaps(item.description) || 'The seller did not add a description.'}
      </p>
    </section>
  );
}

/** The bar of a phone, for those who may bid now. */
function PhoneBar({ item, session }: Pick<ItemViewProps, 'item' | 'session'>) {
  if (item.status !== ItemStatus.ACTIVE) return null;
  if (session.kind === 'guest')
    return <BidBar action={{ href: signInPath(`/items/${item.id}`), label: 'Bid' }} />;
  const own = session.kind !== 'signed-in' || session.userId === item.sellerId;
  return own ? null : <BidBar action={{ href: '#amount', label: 'Bid' }} />;
}

/** A text in which at most one line is empty between two others, so that nobody can push the rest of the page away. */
function withoutGaps(text: string): string {
  return text.replace(/\s*\n\s*\n\s*/g, '\n\n').trim();
}

/** The price that was paid. It is not live, because it never changes. */
function SoldPrice({ item }: { item: Item }) {
  return (
    <div className="live-price">
      <span className="hint">Sold for</span>
      <strong data-testid="price">{formatMoney(item.winningAmount, item.currency)}</strong>
      <span className="hint" data-testid="bid-count">
        {bidCountText(item.bidCount)}
      </span>
    </div>
  );
}
