import { type Item, ItemOutcome, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import { formatMoney } from '../../server/money/format-money.ts';
import { instantText } from '../../server/pages/times.ts';

interface AuctionTermsProps {
  item: Item;
  readerId: string | undefined;
}

/** What else there is to know: how the reader stands, the reserve, and how late bids move the end. */
export function AuctionTerms({ item, readerId }: AuctionTermsProps) {
  if (item.status === ItemStatus.CANCELLED) return null;
  const money = (minor: bigint) => formatMoney(minor, item.currency);
  return (
    <ul className="terms" aria-label="Terms">
      {item.leading && item.status === ItemStatus.ACTIVE && (
        <li data-testid="leading">
          You have the highest bid{item.myMaximum > 0n && `, and would go up to ${money(item.myMaximum)}`}.
        </li>
      )}
      {item.outcome === ItemOutcome.SOLD && readerId !== undefined && item.winnerId === readerId && (
        <li data-testid="won">You won it.</li>
      )}
      {item.bidCount > 0n && item.status === ItemStatus.ACTIVE && (
        <li data-testid="reserve">
          {item.reserveMet
            ? 'The highest bid would win: it meets any reserve price.'
            : 'The reserve price is not met yet.'}
        </li>
      )}
      {item.buyNowPrice > 0n && item.status !== ItemStatus.ENDED && (
        <li>Can be bought at once for {money(item.buyNowPrice)}, until bidding is past that.</li>
      )}
      {item.reservePrice > 0n && (
        <li>Your reserve price: {money(item.reservePrice)}. Nobody else sees it.</li>
      )}
      {item.softCloseSeconds > 0 && item.status !== ItemStatus.ENDED && (
        <li>
          A bid in the last {softCloseText(item.softCloseSeconds)} moves the end, at the latest to{' '}
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
