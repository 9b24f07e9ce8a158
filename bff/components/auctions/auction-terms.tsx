import { type Item, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import { formatMoney } from '../../model/money.ts';
import { endOf, statusText } from '../../words/auction-words.ts';
import { LiveClock, WhileCurrent } from '../live/live-price.tsx';
import { LocalTime } from '../live/local-time.tsx';

/** When an auction starts or ends, or how it ended. */
export function AuctionState({ item }: { item: Item }) {
  if (item.status === ItemStatus.SCHEDULED || item.status === ItemStatus.ACTIVE) return <LiveClock />;
  return (
    <p data-testid="auction-state">
      {statusText(item)} <LocalTime iso={endOf(item)} />
    </p>
  );
}

/** The reserve price, the buy-now price, and whether late bids extend the auction. */
export function AuctionTerms({ item }: { item: Item }) {
  if (item.status === ItemStatus.CANCELLED) return null;
  const money = (minor: bigint) => formatMoney(minor, item.currency);
  return (
    <ul className="terms" aria-label="Terms">
      {item.bidCount > 0n && item.status === ItemStatus.ACTIVE && (
        <WhileCurrent>
          <li data-testid="reserve">
            {/* An item without a reserve price gets the same sentence as one whose reserve price is met. */}
            {item.reserveMet
              ? 'The current bid is high enough to win.'
              : 'The reserve price has not been met yet.'}
          </li>
        </WhileCurrent>
      )}
      {item.buyNowPrice > 0n && item.status !== ItemStatus.ENDED && (
        <WhileCurrent>
          <li>Buy now for {money(item.buyNowPrice)}. Bids must be below this price.</li>
        </WhileCurrent>
      )}
      {item.reservePrice > 0n && (
        <li>Your reserve price: {money(item.reservePrice)}. Only you can see it.</li>
      )}
      {item.softCloseSeconds > 0 && item.status !== ItemStatus.ENDED && (
        <li>
          Bids in the last {softCloseText(item.softCloseSeconds)} extend the auction, up to{' '}
          <LocalTime iso={item.hardEndAt} />.
        </li>
      )}
    </ul>
  );
}

function softCloseText(seconds: number): string {
  if (seconds % 60 !== 0) return `${seconds} seconds`;
  return seconds === 60 ? 'minute' : `${seconds / 60} minutes`;
}
