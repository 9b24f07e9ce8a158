import { type Item, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import { formatMoney } from '../../model/money.ts';
import type { Session } from '../../server/session/session.ts';
import { signInPath } from '../../server/session/sign-in-path.ts';
import { BidForm, BuyNowForm, WatchForm } from '../forms/bid-forms.tsx';

/** The forms to bid, buy and watch. Guests get a link to sign in, the seller a link to their own listings. */
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
        This is your own item. <Link href="/listings">My listings</Link>
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
