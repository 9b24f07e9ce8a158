import type { Auction } from '../domain/auction/auction.ts';
import type { BidAnswer } from '../domain/auction/bid-answer.ts';
import type { PlaceBid } from '../domain/auction/command.ts';
import type { RelistingDecision } from '../domain/auction/decide-relisting.ts';
import type { Decision, Rejection, RejectionReason, RejectionReasons } from '../domain/auction/decision.ts';
import type { Step } from '../domain/auction/evolve.ts';

/** Decides on the auction as it is under its lock (undefined: no such item), by the database's clock. No I/O in here. */
export type DecideLocked<R extends RejectionReason> = (
  auction: Auction | undefined,
  now: Date,
) => Decision<R>;

export type Change<R extends RejectionReason> =
  /** Stored together with its events. No steps: the decision changed nothing. */
  | {
      readonly kind: 'accepted';
      readonly auction: Auction;
      readonly steps: readonly Step[];
      readonly now: Date;
    }
  /** Nothing was stored. */
  | { readonly kind: 'rejected'; readonly rejection: Rejection<R> };

/** A bid to place. */
export interface BidRequest {
  readonly itemId: string;
  readonly command: PlaceBid;
  readonly decideLocked: DecideLocked<RejectionReasons['PlaceBid']>;
  /** The bidder's own name for the request, under which its accepted answer is kept for 24 hours. */
  readonly key: string | undefined;
}

export type BidResult =
  | { readonly kind: 'accepted'; readonly answer: BidAnswer }
  /** Nothing was stored. */
  | { readonly kind: 'rejected'; readonly rejection: Rejection<RejectionReasons['PlaceBid']> }
  /** The key was answered before. Nothing was decided. */
  | { readonly kind: 'repeated'; readonly remembered: RememberedBid };

/** What a key was used for, and its answer. */
export interface RememberedBid {
  readonly asked: { readonly amount: bigint; readonly maximum: bigint | undefined };
  readonly answer: BidAnswer;
}

export interface DueChanges {
  /** How many auctions changed. */
  readonly changed: number;
  /** In how many milliseconds the next one is due, 0 or less after a full batch; undefined when there is none. */
  readonly nextInMs: number | undefined;
}

/** The auctions, as commands see them. */
export interface Auctions {
  /**
   * Runs one decision in one transaction: locks the auction, reads the database's clock, decides, writes the new
   * state and the outbox rows, commits. Concurrent changes of one auction happen one after the other.
   */
  change<R extends RejectionReason>(itemId: string, decideLocked: DecideLocked<R>): Promise<Change<R>>;

  /** As `change`, for bids. Those that come at once may share a transaction; each has its own result. */
  placeBid(request: BidRequest): Promise<BidResult>;

  /** As `change`, of an unsold item and the new one it becomes, which is the `auction` that comes back. */
  relist(
    itemId: string,
    decideLocked: (auction: Auction | undefined, now: Date) => RelistingDecision,
  ): Promise<Change<RejectionReasons['RelistItem' | 'CreateItem']>>;

  /**
   * Runs one decision on each of up to `limit` auctions whose end has passed and that no one else holds, in one
   * transaction.
   */
  closeDue(limit: number, decideLocked: DecideLocked<RejectionReason>): Promise<DueChanges>;

  /** As `closeDue`, for auctions of which there is something to announce. */
  announceDue(limit: number, decideLocked: DecideLocked<RejectionReason>): Promise<DueChanges>;
}
