import type { TopBidder } from '@gavel/proto/gen/bids/v1/bids_pb';
import { formatMoney } from '../../server/money/format-money.ts';

interface TopBiddersProps {
  bidders: readonly TopBidder[];
  currency: string;
  /** The reader's mask on this item, when a bid of theirs is in sight. */
  ownMask: string | undefined;
}

/** An auction's highest bidders; nothing before there are two. */
export function TopBidders({ bidders, currency, ownMask }: TopBiddersProps) {
  if (bidders.length < 2) return null;
  return (
    <section aria-label="Top bidders">
      <h2>Top bidders</h2>
      <ol>
        {bidders.map(({ bidder, amount, bidCount }) => (
          <li key={bidder} className={bidder === ownMask ? 'own' : undefined}>
            {bidder === ownMask ? 'You' : `Bidder ${bidder}`}: {formatMoney(amount, currency)}{' '}
            <span className="hint">{bidCount === 1n ? '1 bid' : `${bidCount} bids`}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
