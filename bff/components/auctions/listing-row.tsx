import { type Item, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import { formatMoney } from '../../server/money/format-money.ts';
import { instantText } from '../../server/pages/times.ts';
import { CancelItemForm } from '../forms/cancel-item-form.tsx';
import { statusText } from './auction-state.tsx';

/** One of the seller's own items. Only a running one without bids can be edited or cancelled. */
export function ListingRow({ item }: { item: Item }) {
  const open = item.status === ItemStatus.ACTIVE && item.bidCount === 0n;
  return (
    <li className="listing">
      <div>
        <h2>
          <Link href={`/items/${item.id}`} prefetch={false}>
            {item.title}
          </Link>
        </h2>
        <p className="hint">
          {statusText(item)} {instantText(item.endAt)} ·{' '}
          {item.bidCount === 0n
            ? `no bids, starts at ${formatMoney(item.startPrice, item.currency)}`
            : `${item.bidCount} ${item.bidCount === 1n ? 'bid' : 'bids'}, highest ${formatMoney(item.currentHighestBid, item.currency)}`}
        </p>
      </div>
      {open && (
        <div className="actions">
          <Link href={`/items/${item.id}/edit`} prefetch={false} aria-label={`Edit ${item.title}`}>
            Edit
          </Link>
          <CancelItemForm itemId={item.id} title={item.title} />
        </div>
      )}
    </li>
  );
}
