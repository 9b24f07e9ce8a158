import { BidState, type Item, ItemOutcome, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import { formatMoney } from '../model/money.ts';
import { instantText } from './times.ts';

/** "1 bid", "2 bids". */
export function bidCountText(count: bigint | number): string {
  return BigInt(count) === 1n ? '1 bid' : `${count} bids`;
}

/** True while an auction takes bids, or will do so. */
export function isOpen({ status }: Pick<Item, 'status'>): boolean {
  return status === ItemStatus.ACTIVE || status === ItemStatus.SCHEDULED;
}

/** When an auction ends or ended. A bought item ended early, at the last change that was made to it. */
export function endOf({ outcome, endAt, updatedAt }: Item): string {
  return outcome === ItemOutcome.SOLD && Date.parse(updatedAt) < Date.parse(endAt) ? updatedAt : endAt;
}

/** The result of an auction, as a text that is followed by the end's time. */
export function statusText(item: Item): string {
  if (item.status === ItemStatus.CANCELLED) return 'Cancelled. Planned end:';
  if (item.status === ItemStatus.ACTIVE) return 'Ends on';
  if (item.status === ItemStatus.SCHEDULED) return `Starts on ${instantText(item.startsAt)}, ends on`;
  if (item.outcome === ItemOutcome.SOLD)
    return `Sold for ${formatMoney(item.winningAmount, item.currency)} on`;
  if (item.outcome === ItemOutcome.NO_BIDS) return 'Ended without bids on';
  if (item.outcome === ItemOutcome.RESERVE_NOT_MET) return 'Reserve price not met. Ended on';
  return 'Ended on';
}

const bidStateTexts: Readonly<Record<BidState, string>> = {
  [BidState.UNSPECIFIED]: '',
  [BidState.WINNING]: 'You are the highest bidder',
  [BidState.OUTBID]: 'You were outbid',
  [BidState.WON]: 'You won',
  [BidState.LOST]: 'You did not win',
};

/** Where a bidder stands in an auction, and whether that is good for the bidder. */
export function bidStateWords(state: BidState): { text: string; kind: 'good' | 'bad' } {
  const good = state === BidState.WINNING || state === BidState.WON;
  return { text: bidStateTexts[state] ?? '', kind: good ? 'good' : 'bad' };
}
