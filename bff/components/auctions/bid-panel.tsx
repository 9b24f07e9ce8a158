import { type Item, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import type { Session } from '../../server/session/renewal.ts';
import { signInPath } from '../../server/session/sign-in-path.ts';
import { BidForm } from '../forms/bid-form.tsx';

/** The bid form for those who may bid, and for everybody else why there is none. */
export function BidPanel({ item, session }: { item: Item; session: Session }) {
  if (item.status !== ItemStatus.ACTIVE) return null;
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
  return <BidForm itemId={item.id} currency={item.currency} formKey={crypto.randomUUID()} />;
}
