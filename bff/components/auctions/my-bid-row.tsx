import { BidState, type MyBid } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import { formatMoney } from '../../server/money/format-money.ts';
import { instantText } from '../../server/pages/times.ts';
import { endOf, statusText } from './auction-state.tsx';

const stateTexts: Readonly<Record<BidState, string>> = {
  [BidState.UNSPECIFIED]: '',
  [BidState.WINNING]: 'You have the highest bid',
  [BidState.OUTBID]: 'You are outbid',
  [BidState.WON]: 'You won',
  [BidState.LOST]: 'You did not win',
};

/** One auction that the reader has bid on, and how it stands. */
export function MyBidRow({ bid: { item, state, highestAmount } }: { bid: MyBid }) {
  if (!item) return null;
  const money = (minor: bigint) => formatMoney(minor, item.currency);
  return (
    <li className="listing">
      <div>
        <h2>
          <Link href={`/items/${item.id}`} prefetch={false}>
            {item.title}
          </Link>
        </h2>
        <p className="hint">
          {statusText(item)} {instantText(endOf(item))} · your bid {money(highestAmount)}
          {item.bidCount > 0n && `, highest ${money(item.currentHighestBid)}`}
          {item.myMaximum > 0n && `, your maximum ${money(item.myMaximum)}`}
        </p>
      </div>
      <strong className={state === BidState.WINNING || state === BidState.WON ? 'good' : 'bad'}>
        {stateTexts[state]}
      </strong>
    </li>
  );
}
