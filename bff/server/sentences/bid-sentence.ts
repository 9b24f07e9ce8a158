import { formatMoney } from '../money/format-money.ts';

export interface BidAnswer {
  /** What was typed, minor units. */
  typed: bigint;
  /** Whether it was typed as a maximum. */
  asMaximum: boolean;
  /** Whether the bidder has the highest bid now. */
  leading: boolean;
  /** The highest bid now, minor units. */
  highest: bigint;
  currency: string;
}

/** What a bidder reads after a bid that was taken. */
export function bidSentence({ typed, asMaximum, leading, highest, currency }: BidAnswer): string {
  const amount = formatMoney(typed, currency);
  const now = formatMoney(highest, currency);
  if (leading)
    return asMaximum
      ? `Your maximum of ${amount} stands. You have the highest bid: ${now}.`
      : `Your bid of ${amount} stands.`;
  return `Somebody else’s maximum beats your ${amount}. The highest bid is now ${now}.`;
}
