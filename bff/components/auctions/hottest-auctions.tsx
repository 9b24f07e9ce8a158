import type { HotAuction } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import { formatMoney } from '../../server/money/format-money.ts';

/** The auctions with the most bids of late; nothing when there are none. */
export function HottestAuctions({ auctions }: { auctions: readonly HotAuction[] }) {
  if (auctions.length === 0) return null;
  return (
    <section aria-label="Hottest auctions" className="hottest">
      <h2>Hot right now</h2>
      <ol>
        {auctions.map(
          ({ item, recentBids }) =>
            item && (
              <li key={item.id}>
                <Link href={`/items/${item.id}`} prefetch={false}>
                  {item.title}
                </Link>{' '}
                <span className="hint">
                  {formatMoney(item.currentHighestBid, item.currency)} · {recentBids.toString()}{' '}
                  {recentBids === 1n ? 'bid' : 'bids'} in the last hour
                </span>
              </li>
            ),
        )}
      </ol>
    </section>
  );
}
