import { type Item, ItemOutcome, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import { formatMoney } from '../../server/money/format-money.ts';
import { instantText } from '../../server/pages/times.ts';
import { CancelItemForm } from '../forms/cancel-item-form.tsx';
import { RelistItemForm } from '../forms/relist-item-form.tsx';
import { endOf, statusText } from './auction-state.tsx';

/** One of the seller's own items. Only one without bids can be edited or cancelled, only an unsold one relisted. */
export function ListingRow({ item }: { item: Item }) {
  const open = isOpen(item) && item.bidCount === 0n;
  return (
    <li className="listing">
      <div>
        <h2>
          <Link href={`/items/${item.id}`} prefetch={false}>
            {item.title}
          </Link>
        </h2>
        <p className="hint">
          {statusText(item)} {instantText(endOf(item))} · {bidsText(item)}
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
      {isUnsold(item) && (
        <div className="actions">
          {item.relistedAs === '' ? (
            <RelistItemForm itemId={item.id} title={item.title} />
          ) : (
            <Link href={`/items/${item.relistedAs}`} prefetch={false}>
              Listed again
            </Link>
          )}
        </div>
      )}
    </li>
  );
}

function bidsText(item: Item): string {
  if (item.bidCount === 0n) return `no bids, start price ${formatMoney(item.startPrice, item.currency)}`;
  const highest = formatMoney(item.currentHighestBid, item.currency);
  return `${item.bidCount === 1n ? '1 bid' : `${item.bidCount} bids`}, highest ${highest}`;
}

function isOpen(item: Item): boolean {
  return item.status === ItemStatus.ACTIVE || item.status === ItemStatus.SCHEDULED;
}

function isUnsold(item: Item): boolean {
  if (item.status === ItemStatus.CANCELLED) return true;
  return item.outcome === ItemOutcome.NO_BIDS || item.outcome === ItemOutcome.RESERVE_NOT_MET;
}
