'use client';

import { formatMoney } from '../../model/money.ts';
import { CardClock } from '../live/live-clock.tsx';
import { useLiveAuction } from '../live/live-price.tsx';

/** On a phone: price, time and a way to the bid form, at the bottom of the screen. Other screens show the form itself. */
export function BidBar({ action }: { action: { href: string; label: string } }) {
  const { item, startPrice, currency } = useLiveAuction();
  const price = item.bidCount > 0 ? item.currentHighestBid : startPrice;
  return (
    <div className="bid-bar">
      <p>
        <strong>{formatMoney(BigInt(price), currency)}</strong>
        <span className="hint">
          <CardClock {...item} />
        </span>
      </p>
      <a href={action.href} className="button">
        {action.label}
      </a>
    </div>
  );
}
