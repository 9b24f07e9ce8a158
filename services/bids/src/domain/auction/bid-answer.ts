import { type Bid, type HighestBid, reserveMet } from './auction.ts';
import type { PlaceBid } from './command.ts';
import type { Step } from './evolve.ts';
import { minimumNextBid } from './increments.ts';

/** What a bidder is told of an accepted bid. */
export interface BidAnswer {
  /** As others see it; after raising one's own maximum the highest bid, which is the caller's. */
  readonly bid: Bid;
  /** Whether the caller has the highest bid now. */
  readonly leading: boolean;
  readonly currentHighestBid: bigint;
  readonly minimumNextBid: bigint;
  readonly endAt: Date;
  readonly reserveMet: boolean;
}

/** The answer to a bid that was accepted with these steps. */
export function toBidAnswer(command: PlaceBid, steps: readonly Step[]): BidAnswer {
  const after = steps.at(-1)?.after;
  const highest = after?.highestBid;
  if (!after || !highest) throw new Error('a bid was accepted and there is none');
  return {
    bid: { itemId: after.id, ...ownBid(command, steps, highest) },
    leading: highest.userId === command.userId,
    currentHighestBid: highest.amount,
    minimumNextBid: minimumNextBid(highest.amount, after.startPrice, after.currency),
    endAt: after.endAt,
    reserveMet: reserveMet(after),
  };
}

function ownBid({ userId }: PlaceBid, steps: readonly Step[], highest: HighestBid): Omit<Bid, 'itemId'> {
  const placed = steps.map(({ event }) => event).find((event) => event.type === 'BidPlaced');
  if (placed) {
    return { id: placed.bidId, userId, amount: placed.amount, automatic: false, createdAt: placed.at };
  }
  const { bidId, amount, automatic, at } = highest;
  return { id: bidId, userId, amount, automatic, createdAt: at };
}
