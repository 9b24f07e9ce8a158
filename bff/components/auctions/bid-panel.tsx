import { type Item, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import { formatMoney } from '../../server/money/format-money.ts';
import type { Session } from '../../server/session/renewal.ts';
import { signInPath } from '../../server/session/sign-in-path.ts';
import { BidForm } from '../forms/bid-form.tsx';
import { BuyNowForm } from '../forms/buy-now-form.tsx';
import { WatchForm } from '../forms/watch-form.tsx';

/** Forms to bid, buy and watch for those who may, and for everybody else why there are none. */
export function BidPanel({ item, session }: { item: Item; session: Session }) {
  if (item.status !== ItemStatus.ACTIVE && item.status !== ItemStatus.SCHEDULED) return null;
  if (session.kind === 'guest')
    return (
      <p className="notice plain">
        <Link href={signInPath(`/items/${item.id}`)} prefetch={false}>
          Sign in to bid
        </Link>
      </p>
    );
  if (session.kind === 'signed-in' && session.userId === item.sellerId)
    return (
      <p className="notice plain">
        You listed this item. <Link href="/listings">My listings</Link>
      </p>
    );
  const watch = session.kind === 'signed-in' && <WatchForm itemId={item.id} watched={item.watched} />;
  if (item.status === ItemStatus.SCHEDULED) return watch || null;
  return (
    <>
      <BidForm itemId={item.id} currency={item.currency} formKey={crypto.randomUUID()} />
      {item.buyNowPrice > 0n && (
        <BuyNowForm itemId={item.id} price={formatMoney(item.buyNowPrice, item.currency)} />
      )}
      {watch}
    </>
  );
}
