import type { HotAuction, TopBidder } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import { liveItemOf } from '../../model/live-item.ts';
import { formatMoney } from '../../model/money.ts';
import { bidCountText } from '../../words/auction-words.ts';
import { LiveAmount } from '../live/live-card.tsx';

/** The auctions with the most bids recently; nothing when there are none. */
export function HottestAuctions({ auctions }: { auctions: readonly HotAuction[] }) {
  if (auctions.length === 0) return null;
  return (
    <section aria-label="Popular auctions" className="hottest">
      <h2>Popular right now</h2>
      <ol>
        {auctions.map(
          ({ item, recentBids }) =>
            item && (
              <li key={item.id}>
                <Link href={`/items/${item.id}`} prefetch={false}>
                  <bdi>{item.title}</bdi>
                </Link>{' '}
                <span className="hint">
                  <LiveAmount rendered={liveItemOf(item)} currency={item.currency} /> ·{' '}
                  {bidCountText(recentBids)} in the last hour
                </span>
              </li>
            ),
        )}
      </ol>
    </section>
  );
}

interface TopBiddersProps {
  bidders: readonly TopBidder[];
  currency: string;
  /** The reader's mask on this item, when one of the shown bids is the reader's. */
  ownMask: string | undefined;
}

/** An auction's highest bidders; nothing when there are fewer than two. */
export function TopBidders({ bidders, currency, ownMask }: TopBiddersProps) {
  if (bidders.length < 2) return null;
  return (
    <section aria-label="Top bidders">
      <h2>Top bidders</h2>
      <ol>
        {bidders.map(({ bidder, amount, bidCount }) => (
          <li key={bidder} className={bidder === ownMask ? 'own' : undefined}>
            {bidder === ownMask ? 'You' : `Bidder ${bidder}`}: {formatMoney(amount, currency)}{' '}
            <span className="hint">{bidCountText(bidCount)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
