import { type Item, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { categoryLabel } from '../../server/pages/catalogue.ts';
import { pathWith } from '../../server/pages/query.ts';
import type { Session } from '../../server/session/renewal.ts';
import { LiveAuction, LivePrice } from '../live/live-price.tsx';
import { AuctionState } from './auction-state.tsx';
import { AuctionTerms } from './auction-terms.tsx';
import { BidPanel } from './bid-panel.tsx';
import { ItemPicture, MorePictures } from './item-picture.tsx';

/** An item's page: pictures and text, price and bid form, and below them what it is given. */
export function ItemView({ item, session, children }: { item: Item; session: Session; children: ReactNode }) {
  const rendered = {
    currentHighestBid: item.currentHighestBid.toString(),
    minimumNextBid: item.minimumNextBid.toString(),
    startPrice: item.startPrice.toString(),
    bidCount: Number(item.bidCount),
    currency: item.currency,
  };
  return (
    <LiveAuction
      itemId={item.id}
      rendered={rendered}
      running={item.status === ItemStatus.ACTIVE || item.status === ItemStatus.SCHEDULED}
    >
      <article className="item">
        <div className="pictures-of-item">
          <ItemPicture images={item.images} title={item.title} width={800} />
          <MorePictures images={item.images} title={item.title} />
        </div>
        <section aria-label="Auction">
          <h1>{item.title}</h1>
          {item.category && (
            <p>
              <Link href={pathWith('/', { category: item.category })} prefetch={false}>
                {categoryLabel(item.category)}
              </Link>
            </p>
          )}
          <LivePrice />
          <AuctionState item={item} nowMs={Date.now()} />
          <AuctionTerms item={item} />
          <BidPanel item={item} session={session} />
        </section>
        <section aria-label="Description">
          <h2>Description</h2>
          <p className="description">{item.description || 'The seller wrote nothing.'}</p>
        </section>
        {children}
      </article>
    </LiveAuction>
  );
}
