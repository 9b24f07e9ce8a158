/** What an event of an auction says, as far as the rules need it. Amounts are minor units. Undefined: an old event did not say it. */
export type AuctionFact =
  | AuctionCreated
  | BidFact
  | {
      readonly type: 'maximum_raised';
      readonly userId: string;
      readonly price: bigint;
      readonly minimumNextBid: bigint;
      readonly reserveMet: boolean;
      readonly currency: string | undefined;
    }
  | { readonly type: 'extended'; readonly previousEndAt: Date; readonly endAt: Date }
  | { readonly type: 'bought_now'; readonly buyerId: string; readonly amount: bigint }
  | AuctionClosed
  | { readonly type: 'cancelled' | 'updated' | 'started' | 'ending_soon' | 'relisted' };

export interface AuctionCreated {
  readonly type: 'created';
  readonly sellerId: string;
  readonly startPrice: bigint;
  readonly currency: string;
  readonly startsAt: Date | undefined;
  readonly endAt: Date;
  readonly hardEndAt: Date | undefined;
  readonly softCloseSeconds: number;
}

export interface BidFact {
  /** An `answer` is a bid that Gavel placed for a standing maximum. */
  readonly type: 'bid' | 'answer';
  readonly userId: string;
  readonly amount: bigint;
  /** The price after this bid, and after the answer to it if one follows. */
  readonly price: bigint | undefined;
  /** 0 when nobody can bid higher. */
  readonly minimumNextBid: bigint | undefined;
  readonly bidCount: bigint | undefined;
  readonly reserveMet: boolean | undefined;
  readonly outbidUserId: string | undefined;
  readonly currency: string | undefined;
}

export type AuctionOutcome = 'sold' | 'reserve_not_met' | 'no_bids';

export interface AuctionClosed {
  readonly type: 'closed';
  readonly outcome: AuctionOutcome;
  readonly winnerId: string | undefined;
  readonly winningAmount: bigint;
  readonly bidCount: bigint;
  readonly currency: string;
}

/** A fact with its place in the auction's order. */
export interface AuctionEvent<F extends AuctionFact = AuctionFact> {
  readonly id: string;
  readonly itemId: string;
  /** From 1, without gaps. */
  readonly sequence: bigint;
  /** By the database's clock. */
  readonly at: Date;
  readonly fact: F;
}
