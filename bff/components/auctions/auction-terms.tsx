import { type Item, ItemOutcome, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import { formatMoney } from '../../model/money.ts';
import { endOf, statusText } from '../../words/auction-words.ts';
import { instantText, timeLeft } from '../../words/times.ts';

/** When an auction starts or ends, or how it ended. */
export function AuctionState({ item, nowMs }: { item: Item; nowMs: number }) {
  if (item.status === ItemStatus.SCHEDULED)
    return (
      <p data-testid="auction-state">
        Starts in {timeLeft(item.startsAt, nowMs) ?? 'a moment'}, on{' '}
        <time dateTime={item.startsAt}>{instantText(item.startsAt)}</time>
      </p>
    );
  const left = timeLeft(item.endAt, nowMs);
  return (
    <p data-testid="auction-state">
      {item.status === ItemStatus.ACTIVE && left ? `Ends in ${left}, on ` : `${statusText(item)} `}
      <time dateTime={endOf(item)}>{instantText(endOf(item))}</time>
    </p>
  );
}

interface AuctionTermsProps {
  item: Item;
  readerId: string | undefined;
}

/** The reader's position, the reserve price, the buy-now price, and whether late bids extend the auction. */
export function AuctionTerms({ item, readerId }: AuctionTermsProps) {
  if (item.status === ItemStatus.CANCELLED) return null;
  const money = (minor: bigint) => formatMoney(minor, item.currency);
  return (
    <ul className="terms" aria-label="Terms">
      {item.leading && item.status === ItemStatus.ACTIVE && (
        <li data-testid="leading">
          You are the highest bidder.
          {item.myMaximum > 0n && ` Your maximum bid is ${money(item.myMaximum)}.`}
        </li>
      )}
      {item.outcome === ItemOutcome.SOLD && readerId !== undefined && item.winnerId === readerId && (
        <li data-testid="won">You won this item.</li>
      )}
      {item.bidCount > 0n && item.status === ItemStatus.ACTIVE && (
        <li data-testid="reserve">
          {/* An item without a reserve price gets the same sentence as one whose reserve price is met. */}
          {item.reserveMet
            ? 'The current bid is high enough to win.'
            : 'The reserve price has not been met yet.'}
        </li>
      )}
      {item.buyNowPrice > 0n && item.status !== ItemStatus.ENDED && (
        <li>Buy now for {money(item.buyNowPrice)}, until a bid reaches this price.</li>
      )}
      {item.reservePrice > 0n && (
        <li>Your reserve price: {money(item.reservePrice)}. Only you can see it.</li>
      )}
      {item.softCloseSeconds > 0 && item.status !== ItemStatus.ENDED && (
        <li>
          Bids in the last {softCloseText(item.softCloseSeconds)} extend the auction, up to{' '}
          <time dateTime={item.hardEndAt}>{instantText(item.hardEndAt)}</time>.
        </li>
      )}
    </ul>
  );
}

function softCloseText(seconds: number): string {
  if (seconds % 60 !== 0) return `${seconds} seconds`;
  return seconds === 60 ? 'minute' : `${seconds / 60} minutes`;
}
