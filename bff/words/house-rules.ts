/**
 * The figures of the help page, in US cents. A test in `deploy/proving` compares them with the auction engine, so that the
 * page keeps saying what the engine does.
 */
export const increments = [
  { from: 1n, below: 100n, increment: 5n },
  { from: 100n, below: 500n, increment: 25n },
  { from: 500n, below: 2_500n, increment: 50n },
  { from: 2_500n, below: 10_000n, increment: 100n },
  { from: 10_000n, below: 25_000n, increment: 250n },
  { from: 25_000n, below: 50_000n, increment: 500n },
  { from: 50_000n, below: 100_000n, increment: 1_000n },
  { from: 100_000n, below: 250_000n, increment: 2_500n },
  { from: 250_000n, below: 500_000n, increment: 5_000n },
  { from: 500_000n, below: 1_000_000n, increment: 10_000n },
] as const;

/** A maximum that answers a bid: the item starts at `price`, somebody sets `maximum`, another one bids `bid`. */
export const maximumExample = { price: 1_000n, maximum: 5_000n, bid: 2_000n, answer: 2_050n } as const;

/** A maximum that reaches the reserve price. */
export const reserveExample = { reserve: 20_000n, before: 9_000n, maximum: 25_000n, after: 20_000n } as const;
