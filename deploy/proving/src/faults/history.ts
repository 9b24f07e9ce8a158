/** One PlaceBid as its client saw it, over all its tries: they share one idempotency key. */
export interface Attempt {
  /** The idempotency key. */
  readonly key: string;
  readonly userId: string;
  readonly itemId: string;
  /** Minor units. */
  readonly amount: bigint;
  /** When the first try left, in milliseconds of one monotonic clock. */
  readonly sentAt: number;
  readonly tries: number;
  readonly answer: Answer;
}

export type Answer =
  | { readonly kind: 'acknowledged'; readonly bidId: string; readonly at: number }
  | { readonly kind: 'refused'; readonly reason: string }
  /** No try was ever answered: the bid may or may not stand. */
  | { readonly kind: 'unanswered' };

/** A row of the bids table. */
export interface StoredBid {
  readonly id: string;
  readonly itemId: string;
  readonly userId: string;
  readonly amount: bigint;
  readonly sequence: bigint;
}

/** An auction as its row stands. */
export interface StoredItem {
  readonly id: string;
  readonly version: bigint;
  readonly bidCount: bigint;
  /** Its end has passed and it was decided. */
  readonly closed: boolean;
}

/** A message of the stream, in the order and place it was read. */
export interface StreamEvent {
  readonly partition: string;
  readonly offset: bigint;
  readonly id: string;
  readonly type: string;
  readonly aggregateId: string;
  readonly sequence: bigint;
  /** What BidPlaced says; absent for other types. */
  readonly bid?: { readonly bidId: string; readonly userId: string; readonly amount: bigint };
  /** What AuctionClosed says; without bids the winner is empty and the amount 0. */
  readonly closing?: { readonly winnerId: string; readonly winningAmount: bigint; readonly bidCount: bigint };
}

/** A row of the projection. */
export interface StoredStats {
  readonly userId: string;
  readonly totalBids: bigint;
  readonly totalAmount: bigint;
}

/** Everything that one campaign left behind, read after the system has drained. */
export interface History {
  readonly attempts: readonly Attempt[];
  readonly bids: readonly StoredBid[];
  readonly items: readonly StoredItem[];
  /** Partition after partition, each in the order of its offsets. */
  readonly stream: readonly StreamEvent[];
  /** Messages of the stream that a foreign republisher sent; they are not among `stream`. */
  readonly copies?: number;
  /** Ids of the bids that came through the topic exchange, repeats included. */
  readonly routed: readonly string[];
  readonly stats: readonly StoredStats[];
  /** Ids of the events that the statistics' consumer has recorded as handled. */
  readonly processed: ReadonlySet<string>;
}
