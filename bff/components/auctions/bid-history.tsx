import type { Bid } from '@gavel/proto/gen/bids/v1/bids_pb';
import { formatMoney } from '../../server/money/format-money.ts';
import { instantText } from '../../server/pages/times.ts';

interface BidHistoryProps {
  bids: readonly Bid[];
  currency: string;
  readerId: string | undefined;
}

/** Who bid what and when, newest first. */
export function BidHistory({ bids, currency, readerId }: BidHistoryProps) {
  if (bids.length === 0) return <p className="hint">No bids.</p>;
  return (
    <table aria-label="Bid history">
      <thead>
        <tr>
          <th scope="col">Bidder</th>
          <th scope="col">Bid</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {bids.map((bid) => (
          <tr key={bid.id} className={readerId !== undefined && bid.userId === readerId ? 'own' : undefined}>
            <td>{readerId !== undefined && bid.userId === readerId ? 'You' : `Bidder ${bid.bidder}`}</td>
            <td className="number">
              {formatMoney(bid.amount, currency)}
              {bid.automatic && <span className="hint"> automatic</span>}
            </td>
            <td>
              <time dateTime={bid.createdAt}>{instantText(bid.createdAt)}</time>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
