import type { Notice } from './notice.ts';
import { applyFact, emptyStanding, type Fact, type Moment, type Standing } from './standing.ts';

/** An accepted bid, from its event. */
export interface Bid extends Moment {
  readonly userId: string;
  readonly lead: Lead;
}

/**
 * How a bid changed the lead: `stated` by the event itself, or `derived` from the last known leader, for old events, which do
 * not state it.
 */
export type Lead =
  | {
      readonly kind: 'stated';
      /** Whether it is certain from the event that the bidder leads afterwards. */
      readonly leads: boolean;
      /** The bidder who led or bid, and does not lead afterwards. */
      readonly outbid: string | undefined;
    }
  | { readonly kind: 'derived' };

/** The state before a bid's event is applied. */
export interface KnownBidders {
  /** The existing standings of the bidder, the outbid bidder and the leader. */
  readonly standings: readonly Standing[];
  /** The standing that led last; used when the lead is derived. */
  readonly leader: Standing | undefined;
}

/** The standings after the bid, and the notices for outbid bidders. Nobody is notified about their own action. */
export interface AppliedBid {
  readonly standings: readonly Standing[];
  readonly notices: readonly Notice[];
}

/** Applies a bid's event to the standings. Events may arrive in any order. */
export function applyBid(bid: Bid, { standings, leader }: KnownBidders): AppliedBid {
  // The bidder gets a standing even if the event does not say who leads.
  const now = new Map<string, Standing>([[bid.userId, emptyStanding(bid.userId)]]);
  for (const standing of standings) now.set(standing.userId, standing);
  const notices: Notice[] = [];
  for (const fact of factsOf(bid, leader)) {
    const applied = applyFact(now.get(fact.userId) ?? emptyStanding(fact.userId), fact);
    now.set(fact.userId, applied.standing);
    if (applied.notice !== undefined) notices.push(applied.notice);
  }
  return { standings: [...now.values()], notices };
}

function factsOf(bid: Bid, leader: Standing | undefined): Fact[] {
  const led: Fact = { kind: 'led', userId: bid.userId, moment: bid };
  const lost = (userId: string, moment: Moment): Fact => ({ kind: 'lost', userId, moment });
  if (bid.lead.kind === 'stated') {
    const { leads, outbid } = bid.lead;
    const loser = outbid === undefined || outbid === bid.userId ? [] : [lost(outbid, bid)];
    return leads ? [led, ...loser] : loser;
  }
  if (leader?.led === undefined || leader.userId === bid.userId) return [led];
  // A bid that arrives late is lower than the bid of the known leader.
  if (leader.led.sequence > bid.sequence) return [led, lost(bid.userId, leader.led)];
  return [led, lost(leader.userId, bid)];
}
