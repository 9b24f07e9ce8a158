'use client';

import { createContext, type ReactNode, useContext } from 'react';
import { formatMoney } from '../../model/money.ts';
import type { PriceUpdate } from '../../model/price-update.ts';
import { bidCountText } from '../../words/auction-words.ts';
import { useLivePrice, useRefresh } from './use-live-price.ts';

interface LivePriceState extends PriceUpdate {
  startPrice: string;
  currency: string;
}

const LivePriceContext = createContext<LivePriceState | undefined>(undefined);

interface LiveAuctionProps {
  itemId: string;
  /** The price when the page was rendered. */
  rendered: LivePriceState;
  /** False after the auction's end. */
  running: boolean;
  /** True when a bid may change more than the price: who is leading, the reserve price, buying now. */
  refreshed: boolean;
  children: ReactNode;
}

/** Gives its children the current price: the rendered one, then every new one that the server sends while the page is open. */
export function LiveAuction({ itemId, rendered, running, refreshed, children }: LiveAuctionProps) {
  const update = useLivePrice(itemId, running);
  const newer = update !== undefined && update.bidCount > rendered.bidCount;
  useRefresh(newer && refreshed);
  const value = newer ? { ...rendered, ...update } : rendered;
  return <LivePriceContext value={value}>{children}</LivePriceContext>;
}

/** The current bid, or the starting price before the first bid. */
export function LivePrice() {
  const state = usePrice();
  const bid = state.bidCount > 0;
  return (
    <div className="live-price" aria-live="polite" aria-atomic="true">
      <span className="hint">{bid ? 'Current bid' : 'Starting price'}</span>
      <strong data-testid="price">
        {formatMoney(BigInt(bid ? state.currentHighestBid : state.startPrice), state.currency)}
      </strong>
      <span className="hint" data-testid="bid-count">
        {bidCountText(state.bidCount)}
      </span>
    </div>
  );
}

/** The lowest bid that would be accepted now. The service says 0 when no bid can be higher than the current one. */
export function MinimumNextBid() {
  const state = usePrice();
  if (state.minimumNextBid === '0') return <span>No higher bid is possible.</span>;
  return (
    <span>
      Minimum bid:{' '}
      <span data-testid="minimum-next-bid">{formatMoney(BigInt(state.minimumNextBid), state.currency)}</span>
    </span>
  );
}

function usePrice(): LivePriceState {
  const state = useContext(LivePriceContext);
  if (!state) throw new Error('LivePrice and MinimumNextBid must be inside LiveAuction');
  return state;
}
