import type { Auction, Bid } from '../domain/auction/auction.ts';
import type { Decision, Rejection, RejectionReason } from '../domain/auction/decide.ts';
import type { Step } from '../domain/auction/evolve.ts';

/** Decides on the auction as it is under its lock (undefined: no such item), by the database's clock. No I/O in here. */
export type DecideLocked<R extends RejectionReason> = (
  auction: Auction | undefined,
  now: Date,
) => Decision<R>;

/** A caller's own name for one PlaceBid, under which its accepted answer is kept for 24 hours. */
export interface IdempotencyKey {
  readonly userId: string;
  readonly key: string;
}

export type Change<R extends RejectionReason> =
  /** Stored together with its events. No steps: the decision changed nothing. */
  | {
      readonly kind: 'accepted';
      readonly auction: Auction;
      readonly steps: readonly Step[];
      readonly now: Date;
    }
  /** Nothing was stored. */
  | { readonly kind: 'rejected'; readonly rejection: Rejection<R> }
  /** The key was answered before, by this bid. Nothing was decided. */
  | { readonly kind: 'repeated'; readonly bid: Bid };

/** The auctions, as commands see them. */
export interface Auctions {
  /**
   * Runs one decision in one transaction: locks the auction, reads the database's clock, decides, writes the new
   * state, the bids and the outbox rows, commits. Concurrent changes of one auction happen one after the other.
   */
  change<R extends RejectionReason>(
    itemId: string,
    decideLocked: DecideLocked<R>,
    key?: IdempotencyKey,
  ): Promise<Change<R>>;

  /**
   * Runs one decision on each of up to `limit` auctions whose end has passed and that no one else holds, in one
   * transaction. Resolves to how many changed, and in how many milliseconds the next running auction ends.
   */
  changeDue(
    limit: number,
    decideLocked: DecideLocked<RejectionReason>,
  ): Promise<{ changed: number; nextEndInMs: number | undefined }>;
}
