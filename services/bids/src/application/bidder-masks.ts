/** A bidder's name on one item: the same on all of their bids there, another one on every other item. */
export type MaskBidder = (itemId: string, userId: string) => string;

/** Hides who bids. */
export interface BidderMasks {
  /** Reads the key that all instances mask with, the first time. */
  load(): Promise<MaskBidder>;
}
