/** One PlaceBid as its client saw it, with all its retries, which share one idempotency key. */
export interface Attempt {
  /** The idempotency key. */
  readonly key: string;
  readonly userId: string;
  readonly itemId: string;
  /** Minor units. */
  readonly amount: bigint;
  /** When the first attempt was sent, in milliseconds of one monotonic clock. */
  readonly sentAt: number;
  readonly tries: number;
  readonly answer: Answer;
}

export type Answer =
  | { readonly kind: 'acknowledged'; readonly bidId: string; readonly at: number }
  | { readonly kind: 'refused'; readonly reason: string }
  /** No attempt was answered, so the bid may or may not be accepted. */
  | { readonly kind: 'unanswered' };

/** A row of the bids table. */
export interface StoredBid {
  readonly id: string;
  readonly itemId: string;
  readonly userId: string;
  readonly amount: bigint;
  readonly sequence: bigint;
}

/** The row of an auction. */
export interface StoredItem {
  readonly id: string;
  readonly version: bigint;
  readonly bidCount: bigint;
  /** Whether it has ended and was closed. */
  readonly closed: boolean;
}

/** A message of the stream, with its partition and offset. */
export interface StreamEvent {
  readonly partition: string;
  readonly offset: bigint;
  readonly id: string;
  readonly type: string;
  readonly aggregateId: string;
  readonly sequence: bigint;
  /** Fields of BidPlaced; undefined for other types. */
  readonly bid?: { readonly bidId: string; readonly userId: string; readonly amount: bigint };
  /** Fields of AuctionClosed; without bids the winner is empty and the amount 0. */
  readonly closing?: { readonly winnerId: string; readonly winningAmount: bigint; readonly bidCount: bigint };
}

/** A row of the projection. */
export interface StoredStats {
  readonly userId: string;
  readonly totalBids: bigint;
  readonly totalAmount: bigint;
}

/** Everything that one campaign wrote, read after all of it was processed. */
export interface History {
  readonly attempts: readonly Attempt[];
  readonly bids: readonly StoredBid[];
  readonly items: readonly StoredItem[];
  /** One partition after the other, each in the order of its offsets. */
  readonly stream: readonly StreamEvent[];
  /** The number of messages that a foreign client sent again; they are not in `stream`. */
  readonly copies?: number;
  /** Ids of the bids that the topic exchange routed, with repetitions. */
  readonly routed: readonly string[];
  readonly stats: readonly StoredStats[];
  /** Ids of the events that the statistics' consumer has recorded as handled. */
  readonly processed: ReadonlySet<string>;
}
