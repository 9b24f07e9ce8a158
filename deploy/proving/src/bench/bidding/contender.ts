import type { Percentiles } from '../percentiles.ts';

/** On what a contender bids. */
export type Field = 'one hot auction' | 'spread auctions';

/** What one contender did with so many bidders at once. */
export interface BiddingRate {
  /** Accepted bids a second. */
  readonly accepted: number;
  /** Bids a second that were refused as too low. */
  readonly refused: number;
  /** Milliseconds from a bidder's bid to the answer, accepted or refused. */
  readonly latency: Percentiles;
  /** How many bids were accepted in all; the ledger must hold exactly these. */
  readonly acceptedCount: number;
}

export interface Contender {
  readonly name: string;
  /** Bidders bid, each as soon as it has its answer, for so many seconds. */
  bid(items: readonly string[], bidders: number, seconds: number): Promise<BiddingRate>;
}
