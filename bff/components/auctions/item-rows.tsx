import { type Item, ItemOutcome, ItemStatus, type MyBid } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { formatMoney } from '../../model/money.ts';
import { bidCountText, bidStateWords, endOf, isOpen, statusText } from '../../words/auction-words.ts';
import { CancelItemForm, RelistItemForm } from '../forms/listing-forms.tsx';
import { LocalTime } from '../live/local-time.tsx';

interface ItemRowProps {
  item: Item;
  /** The hint behind the item's status. */
  detail: string;
  /** What is shown at the end of the row. */
  children: ReactNode;
}

function ItemRow({ item, detail, children }: ItemRowProps) {
  return (
    <li className="listing">
      <div>
        <h2>
          <Link href={`/items/${item.id}`} prefetch={false}>
            <bdi>{item.title}</bdi>
          </Link>
        </h2>
        <p className="hint">
          {statusText(item)} <LocalTime iso={endOf(item)} /> · {detail}
        </p>
      </div>
      {children}
    </li>
  );
}

/** One of the seller's own items. Items without bids can be edited or cancelled, unsold items can be relisted. */
export function ListingRow({ item }: { item: Item }) {
  const money = (minor: bigint) => formatMoney(minor, item.currency);
  const detail =
    item.bidCount === 0n
      ? `no bids, starting price ${money(item.startPrice)}`
      : `${bidCountText(item.bidCount)}, highest ${money(item.currentHighestBid)}`;
  return (
    <ItemRow item={item} detail={detail}>
      {isOpen(item) && item.bidCount === 0n && (
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
              View new listing
            </Link>
          )}
        </div>
      )}
    </ItemRow>
  );
}

function isUnsold(item: Item): boolean {
  if (item.status === ItemStatus.CANCELLED) return true;
  return item.outcome === ItemOutcome.NO_BIDS || item.outcome === ItemOutcome.RESERVE_NOT_MET;
}

/** One auction that the reader has bid on, and whether the reader is winning it. */
export function MyBidRow({ bid: { item, state, highestAmount } }: { bid: MyBid }) {
  if (!item) return null;
  const money = (minor: bigint) => formatMoney(minor, item.currency);
  const detail = [
    `your bid ${money(highestAmount)}`,
    ...(item.bidCount > 0n ? [`highest ${money(item.currentHighestBid)}`] : []),
    ...(item.myMaximum > 0n ? [`your maximum bid ${money(item.myMaximum)}`] : []),
  ].join(', ');
  return (
    <ItemRow item={item} detail={detail}>
      <strong className={bidStateWords(state).kind}>{bidStateWords(state).text}</strong>
    </ItemRow>
  );
}
