'use client';

import { isNewer, type LiveItem } from '../../model/live-news.ts';
import { formatMoney } from '../../model/money.ts';
import { bidCountText } from '../../words/auction-words.ts';
import { CardClock } from './live-clock.tsx';
import { useLiveItem, useRefresh } from './use-live-item.ts';

/** Price, number of bids and time of an open auction in a list. They change while the page is open. */
export function LiveCard(props: { rendered: LiveItem; startPrice: string; currency: string }) {
  const item = useLiveItem(props.rendered);
  const bid = item.bidCount > 0;
  // A change that is not a bid may be one of the title, the picture or the terms.
  const changed = isNewer(item, props.rendered) && item.bidCount === props.rendered.bidCount;
  useRefresh(changed && item.status === props.rendered.status);
  return (
    <>
      <p className="price">
        {formatMoney(BigInt(bid ? item.currentHighestBid : props.startPrice), props.currency)}
      </p>
      <p className="hint">
        {bid ? bidCountText(item.bidCount) : 'Starting price'} · <CardClock {...item} />
      </p>
    </>
  );
}

/** Renders the page again when one of its items has changed. For lists that show more than the public state of an item. */
export function LiveRows({ items }: { items: readonly LiveItem[] }) {
  return items.map((item) => <LiveRow key={item.id} rendered={item} />);
}

function LiveRow({ rendered }: { rendered: LiveItem }) {
  useRefresh(isNewer(useLiveItem(rendered), rendered));
  return null;
}
