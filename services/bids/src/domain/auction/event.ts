import type { AuctionOutcome, Listing } from './auction.ts';

/** A fact about one auction. `at` is the database's clock, read under the auction's lock. */
export type AuctionEvent =
  | {
      readonly type: 'ItemCreated';
      readonly itemId: string;
      readonly sellerId: string;
      readonly listing: Listing;
      readonly currency: string;
      readonly startPrice: bigint;
      readonly endAt: Date;
      readonly at: Date;
    }
  | { readonly type: 'ItemUpdated'; readonly listing: Listing; readonly at: Date }
  | { readonly type: 'ItemCancelled'; readonly at: Date }
  | {
      readonly type: 'BidPlaced';
      readonly bidId: string;
      readonly userId: string;
      readonly amount: bigint;
      readonly at: Date;
    }
  | {
      readonly type: 'AuctionClosed';
      readonly outcome: AuctionOutcome;
      readonly winner: { readonly userId: string; readonly amount: bigint } | undefined;
      readonly at: Date;
    };
