import { createBiddingInProcess } from '@gavel/bids-service/testing/bidding-in-process';
import type { Pool } from '@gavel/postgres/pool';
import { v7 as uuid } from 'uuid';
import { bidInLoops } from './bid-loop.ts';
import type { Contender, Field } from './contender.ts';

/** Gavel without RPC: the bench calls the use case with its Postgres adapter directly. */
export function gavelInProcess(pool: Pool, field: Field): Contender {
  const bidding = createBiddingInProcess(pool);
  return {
    name: 'Gavel, in process',
    bid(items, bidders, seconds) {
      const users = Array.from({ length: Math.max(2, bidders) }, () => uuid());
      const place = async (turn: number, itemId: string, amount: bigint): Promise<boolean> => {
        const userId = users[turn % users.length] as string;
        const outcome = await bidding.placeBid({
          userId,
          itemId,
          amount,
          maxAmount: undefined,
          idempotencyKey: '',
        });
        if (outcome.ok) return true;
        if (outcome.reason === 'BID_TOO_LOW' || outcome.reason === 'ALREADY_LEADING') return false;
        throw new Error(`PlaceBid: ${outcome.reason}: ${outcome.message}`);
      };
      return bidInLoops(place, items, bidders, seconds, field);
    },
  };
}
