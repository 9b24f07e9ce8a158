import { type Item, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import { formatMoney } from '../../model/money.ts';
import type { Session } from '../../server/session/session.ts';
import { signInPath } from '../../server/session/sign-in-path.ts';
import { isOpen } from '../../words/auction-words.ts';
import { BidForm, BuyNowForm } from '../forms/bid-forms.tsx';
import { WatchForm } from '../forms/watch-forms.tsx';

interface BidPanelProps {
  item: Item;
  session: Session;
  /** The amount that the address names, as typed. */
  asked: string;
}

/**
 * The forms to bid, buy and watch. Guests get a link to sign in, the seller a link to their own listings. A person who watches the
 * item can stop watching it at any time, also after its end.
 */
export function BidPanel({ item, session, asked }: BidPanelProps) {
  const own = session.kind === 'signed-in' && session.userId === item.sellerId;
  const mayWatch = item.watched || (isOpen(item) && !own);
  return (
    <>
      {isOpen(item) && <OpenPanel item={item} session={session} asked={asked} />}
      {session.kind === 'signed-in' && mayWatch && <WatchForm itemId={item.id} watched={item.watched} />}
    </>
  );
}

function OpenPanel({ item, session, asked }: BidPanelProps) {
  if (session.kind === 'guest')
    return (
      <p>
        <Link href={signInPath(`/items/${item.id}`)} prefetch={false} className="button wide">
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
  if (item.status === ItemStatus.SCHEDULED) return null;
  return (
    <>
      <BidForm
        itemId={item.id}
        currency={item.currency}
        formKey={crypto.randomUUID()}
        increment={item.bidIncrement.toString()}
        buyNowPrice={item.buyNowPrice.toString()}
        asked={asked}
      />
      {item.buyNowPrice > 0n && (
        <BuyNowForm itemId={item.id} price={formatMoney(item.buyNowPrice, item.currency)} />
      )}
    </>
  );
}
