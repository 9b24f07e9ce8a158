/**
 * The smallest amount that the next bid may have: the start price while nobody has bid, then one minor unit above the
 * highest bid. All in minor units of `currency`.
 */
export function minimumNextBid(current: bigint | undefined, startPrice: bigint, _currency: string): bigint {
  return current === undefined ? startPrice : current + 1n;
}
