'use client';

import { createContext, type ReactNode, useContext, useEffect } from 'react';
import { isNewer, type LiveItem } from '../../model/live-news.ts';
import { formatMoney } from '../../model/money.ts';
import { bidCountText } from '../../words/auction-words.ts';
import { AuctionClock } from './live-clock.tsx';
import { useLiveItem, useRefresh } from './use-live-item.ts';

interface LiveAuctionState {
  /** The newest state. */
  item: LiveItem;
  /** False while the page around shows an older state of the item. */
  current: boolean;
  startPrice: string;
  currency: string;
}

const LiveAuctionContext = createContext<LiveAuctionState | undefined>(undefined);

interface LiveAuctionProps {
  /** The item when the page was rendered. */
  rendered: LiveItem;
  startPrice: string;
  currency: string;
  /** True when the item can no longer change. */
  settled: boolean;
  children: ReactNode;
}

/**
 * Gives its children the newest state of the item. When it is newer than the page, the whole page is rendered again: history,
 * own standing, terms and the seller's view change with it.
 */
export function LiveAuction({ rendered, startPrice, currency, settled, children }: LiveAuctionProps) {
  const item = useLiveItem(rendered, !settled);
  const current = !isNewer(item, rendered);
  useRefresh(!current);
  return <LiveAuctionContext value={{ item, current, startPrice, currency }}>{children}</LiveAuctionContext>;
}

/** The state that the nearest `LiveAuction` gives. */
export function useLiveAuction(): LiveAuctionState {
  const state = useContext(LiveAuctionContext);
  if (!state) throw new Error('live parts of an auction must be inside LiveAuction');
  return state;
}

/** The current bid, or the starting price before the first bid. */
export function LivePrice() {
  const { item, startPrice, currency } = useLiveAuction();
  const bid = item.bidCount > 0;
  useTitle(formatMoney(BigInt(bid ? item.currentHighestBid : startPrice), currency));
  return (
    <div className="live-price" aria-live="polite" aria-atomic="true">
      <span className="hint">{bid ? 'Current bid' : 'Starting price'}</span>
      <strong data-testid="price">
        {formatMoney(BigInt(bid ? item.currentHighestBid : startPrice), currency)}
      </strong>
      <span className="hint" data-testid="bid-count">
        {bidCountText(item.bidCount)}
      </span>
    </div>
  );
}

/** Puts the price before the title of the tab: people keep an auction open behind other pages. */
function useTitle(price: string): void {
  useEffect(() => {
    const prefix = `${price} · `;
    const show = (): void => {
      if (!document.title.startsWith(prefix)) document.title = prefix + document.title;
    };
    show();
    // Rendering the page again writes the title again, without the price.
    const observer = new MutationObserver(show);
    observer.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => {
      observer.disconnect();
      if (document.title.startsWith(prefix)) document.title = document.title.slice(prefix.length);
    };
  }, [price]);
}

/** When the auction starts or ends. */
export function LiveClock() {
  return <AuctionClock {...useLiveAuction().item} />;
}

/** The lowest bid that would be accepted now. The service says 0 when no bid can be higher than the current one. */
export function MinimumNextBid() {
  const { item, currency } = useLiveAuction();
  if (item.minimumNextBid === '0') return <span>No higher bid is possible.</span>;
  return (
    <span>
      Minimum bid:{' '}
      <span data-testid="minimum-next-bid">{formatMoney(BigInt(item.minimumNextBid), currency)}</span>
    </span>
  );
}

/**
 * What may no longer be true when the item changes. From then until the page is rendered again, `instead` is shown.
 */
export function WhileCurrent({ children, instead }: { children: ReactNode; instead?: ReactNode }) {
  return useLiveAuction().current ? children : instead;
}
