import type { Pool } from '@gavel/postgres/pool';
import { createPostgresAuctions } from '../adapters/postgres/postgres-auctions.ts';
import { type PlaceBidInput, placeBid } from '../application/bidding.ts';

/** The bid's use case on its Postgres adapter, without RPC: for benchmarks that share a process with it. */
export function createBiddingInProcess(pool: Pool) {
  const auctions = createPostgresAuctions(pool);
  return { placeBid: (input: PlaceBidInput) => placeBid({ auctions }, input) };
}
