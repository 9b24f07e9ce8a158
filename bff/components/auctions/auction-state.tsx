import { type Item, ItemOutcome, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import { formatMoney } from '../../server/money/format-money.ts';
import { instantText, timeLeft } from '../../server/pages/times.ts';

/** When an auction begins or ends, or how it ended. */
export function AuctionState({ item, nowMs }: { item: Item; nowMs: number }) {
  if (item.status === ItemStatus.SCHEDULED)
    return (
      <p data-testid="auction-state">
        Bidding begins in {timeLeft(item.startsAt, nowMs) ?? 'a moment'}, at{' '}
        <time dateTime={item.startsAt}>{instantText(item.startsAt)}</time>
      </p>
    );
  const left = timeLeft(item.endAt, nowMs);
  return (
    <p data-testid="auction-state">
      {item.status === ItemStatus.ACTIVE && left ? `Ends in ${left}, at ` : `${statusText(item)} `}
      <time dateTime={endOf(item)}>{instantText(endOf(item))}</time>
    </p>
  );
}

/** When an auction ends or ended: one that was bought ended before its time, with the last change made to it. */
export function endOf({ outcome, endAt, updatedAt }: Item): string {
  return outcome === ItemOutcome.SOLD && Date.parse(updatedAt) < Date.parse(endAt) ? updatedAt : endAt;
}

/** What became of an item, in a few words that its end follows. */
export function statusText(item: Item): string {
  if (item.status === ItemStatus.CANCELLED) return 'Cancelled. Would have ended';
  if (item.status === ItemStatus.ACTIVE) return 'Running until';
  if (item.status === ItemStatus.SCHEDULED) return `Begins ${instantText(item.startsAt)}, runs until`;
  if (item.outcome === ItemOutcome.SOLD)
    return `Sold for ${formatMoney(item.winningAmount, item.currency)} on`;
  if (item.outcome === ItemOutcome.NO_BIDS) return 'Ended without a bid on';
  if (item.outcome === ItemOutcome.RESERVE_NOT_MET) return 'Ended below its reserve price on';
  return 'Ended on';
}
