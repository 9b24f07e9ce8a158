import type { Percentiles } from '../percentiles.ts';

/** The auctions on which a contender bids. */
export type Field = 'one hot auction' | 'spread auctions';

/** The result of one contender for one number of concurrent bidders. */
export interface BiddingRate {
  /** Accepted bids per second. */
  readonly accepted: number;
  /** Bids per second that were refused as too low. */
  readonly refused: number;
  /** Milliseconds from a bid to its answer, accepted or refused. */
  readonly latency: Percentiles;
  /** Total number of accepted bids; the ledger must contain exactly these. */
  readonly acceptedCount: number;
}

export interface Contender {
  readonly name: string;
  /** Runs this number of bidders for some seconds. Each bids again as soon as it has an answer. */
  bid(items: readonly string[], bidders: number, seconds: number): Promise<BiddingRate>;
}
