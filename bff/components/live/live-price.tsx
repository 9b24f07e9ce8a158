'use client';

import { createContext, type ReactNode, useContext } from 'react';
import type { PriceUpdate } from '../../server/live/price-update.ts';
import { formatMoney } from '../../server/money/format-money.ts';
import { useLivePrice } from './use-live-price.ts';
import { useRefresh } from './use-refresh.ts';

interface LivePriceState extends PriceUpdate {
  startPrice: string;
  currency: string;
}

const LivePriceContext = createContext<LivePriceState | undefined>(undefined);

interface LiveAuctionProps {
  itemId: string;
  /** As the page was rendered. */
  rendered: LivePriceState;
  /** False for an auction that is over. */
  running: boolean;
  /** Whether more than the price may be untrue after a bid: how the reader stands, the reserve, buying at once. */
  refreshed: boolean;
  children: ReactNode;
}

/** Gives what is inside it the price of now: the one that was rendered, moved by the server while the page is open. */
export function LiveAuction({ itemId, rendered, running, refreshed, children }: LiveAuctionProps) {
  const update = useLivePrice(itemId, running);
  const newer = update !== undefined && update.bidCount > rendered.bidCount;
  useRefresh(newer && refreshed);
  const value = newer ? { ...rendered, ...update } : rendered;
  return <LivePriceContext value={value}>{children}</LivePriceContext>;
}

/** The highest bid, or the start price before the first. */
export function LivePrice() {
  const state = usePrice();
  const bid = state.bidCount > 0;
  return (
    <div className="live-price" aria-live="polite" aria-atomic="true">
      <span className="hint">{bid ? 'Highest bid' : 'Start price'}</span>
      <strong data-testid="price">
        {formatMoney(BigInt(bid ? state.currentHighestBid : state.startPrice), state.currency)}
      </strong>
      <span className="hint" data-testid="bid-count">
        {state.bidCount === 1 ? '1 bid' : `${state.bidCount} bids`}
      </span>
    </div>
  );
}

/** The smallest amount that would be accepted now. */
export function MinimumNextBid() {
  const state = usePrice();
  return (
    <span>
      At least{' '}
      <span data-testid="minimum-next-bid">{formatMoney(BigInt(state.minimumNextBid), state.currency)}</span>
    </span>
  );
}

function usePrice(): LivePriceState {
  const state = useContext(LivePriceContext);
  if (!state) throw new Error('a live price outside of LiveAuction');
  return state;
}
