import type { TopBidder } from '@gavel/proto/gen/bids/v1/bids_pb';
import { formatMoney } from '../../model/money.ts';
import { bidCountText } from '../../words/auction-words.ts';

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
