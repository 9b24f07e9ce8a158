import type { AuctionCreated, AuctionEvent, AuctionFact, BidFact } from '../domain/auction-facts.ts';
import { auditEvents } from '../domain/audit-events.ts';
import type { AuditedAuction } from '../domain/audited-auction.ts';

const START = Date.UTC(2026, 0, 1, 12);

/** The time `seconds` after the creation. */
export function at(seconds: number): Date {
  return new Date(START + seconds * 1_000);
}

/** An auction of one hour with a soft close of a minute, from 100. */
export const created: AuctionCreated = {
  type: 'created',
  sellerId: 'seller',
  startPrice: 100n,
  currency: 'EUR',
  startsAt: at(0),
  endAt: at(3_600),
  hardEndAt: at(7_200),
  softCloseSeconds: 60,
};

/** A bid that leads, unless `change` says otherwise. Steps are 10. */
export function bid(
  userId: string,
  amount: bigint,
  bidCount: bigint,
  change: Partial<BidFact> = {},
): BidFact {
  return {
    type: 'bid',
    userId,
    amount,
    price: amount,
    minimumNextBid: (change.price ?? amount) + 10n,
    bidCount,
    reserveMet: true,
    outbidUserId: undefined,
    currency: 'EUR',
    ...change,
  };
}

/** Facts and when they happen, in seconds after the creation. */
export type Facts = readonly (readonly [seconds: number, fact: AuctionFact])[];

/** Facts as events of one auction, numbered from 1. */
export function history(...facts: Facts): AuctionEvent[] {
  return facts.map(([seconds, fact], i) => ({
    id: `event-${i + 1}`,
    itemId: 'item',
    sequence: BigInt(i + 1),
    at: at(seconds),
    fact,
  }));
}

/** The rules that the events break, in order, and the auction after them. */
export function audit(events: readonly AuctionEvent[]): {
  broken: string[];
  auction: AuditedAuction | undefined;
} {
  const { changed, findings } = auditEvents(new Map(), events);
  return { broken: findings.map(({ rule }) => rule), auction: changed[0] };
}
