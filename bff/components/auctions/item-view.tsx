import { type Item, ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { categoryLabel } from '../../model/catalogue.ts';
import { isSettled, liveItemOf } from '../../model/live-item.ts';
import { formatMoney } from '../../model/money.ts';
import { pathWith } from '../../model/query.ts';
import type { Session } from '../../server/session/session.ts';
import { bidCountText } from '../../words/auction-words.ts';
import { LiveAuction, LivePrice } from '../live/live-price.tsx';
import { AuctionState, AuctionTerms, Standing } from './auction-terms.tsx';
import { BidPanel } from './bid-panel.tsx';
import { ItemPicture, MorePictures } from './pictures.tsx';

/** An item's page: pictures, price, forms and description, and below them the children. */
export function ItemView({ item, session, children }: { item: Item; session: Session; children: ReactNode }) {
  return (
    <LiveAuction
      rendered={liveItemOf(item)}
      startPrice={item.startPrice.toString()}
      currency={item.currency}
      settled={isSettled(item)}
    >
      <article className="item">
        <div className="pictures-of-item">
          <ItemPicture images={item.images} title={item.title} width={800} />
          <MorePictures images={item.images} title={item.title} />
        </div>
        <section aria-label="Auction">
          <h1>
            <bdi>{item.title}</bdi>
          </h1>
          {item.category && (
            <p>
              <Link href={pathWith('/', { category: item.category })} prefetch={false}>
                <bdi>{categoryLabel(item.category)}</bdi>
              </Link>
            </p>
          )}
          {item.outcome === ItemOutcome.SOLD ? <SoldPrice item={item} /> : <LivePrice />}
          <AuctionState item={item} />
          <Standing item={item} readerId={session.kind === 'signed-in' ? session.userId : undefined} />
          <AuctionTerms item={item} />
          <BidPanel item={item} session={session} />
        </section>
        <section aria-label="Description">
          <h2>Description</h2>
          <p className="description" dir="auto">
            {withoutGaps(item.description) || 'The seller did not add a description.'}
          </p>
        </section>
        <div className="bidding">{children}</div>
      </article>
    </LiveAuction>
  );
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
