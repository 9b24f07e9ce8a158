import type { Notice } from './notice.ts';
import { type Fact, learn, type Moment, newcomer, type Standing } from './standing.ts';

/** An accepted bid, as its event says. */
export interface Bid extends Moment {
  readonly userId: string;
  readonly lead: Lead;
}

/**
 * What a bid did to the lead: `told` by the event itself, or to be `derived` from who is known to have led, for events of
 * before it was in them, and for those that do not say it.
 */
export type Lead =
  | {
      readonly kind: 'told';
      /** Whether the bidder leads after it, as far as the event is sure. */
      readonly leads: boolean;
      /** Who does not lead after it, though they did or bid. */
      readonly outbid: string | undefined;
    }
  | { readonly kind: 'derived' };

/** What is known before a bid's event is followed. */
export interface KnownBidders {
  /** The bidder's standing, the outbid one's and the leader's, of those that there are. */
  readonly standings: readonly Standing[];
  /** The standing that led last; needed where the lead is to be derived. */
  readonly leader: Standing | undefined;
}

/** Standings as they are now, and who is told that they were outbid. Nobody is told of what they did themselves. */
export interface BidFollowed {
  readonly standings: readonly Standing[];
  readonly notices: readonly Notice[];
}

/** What a bid's event makes of the standings, in whatever order events come. */
export function followBid(bid: Bid, { standings, leader }: KnownBidders): BidFollowed {
  // The bidder is one from now on, even where the event is not sure who leads.
  const now = new Map<string, Standing>([[bid.userId, newcomer(bid.userId)]]);
  for (const standing of standings) now.set(standing.userId, standing);
  const notices: Notice[] = [];
  for (const fact of factsOf(bid, leader)) {
    const learnt = learn(now.get(fact.userId) ?? newcomer(fact.userId), fact);
    now.set(fact.userId, learnt.standing);
    if (learnt.notice !== undefined) notices.push(learnt.notice);
  }
  return { standings: [...now.values()], notices };
}

function factsOf(bid: Bid, leader: Standing | undefined): Fact[] {
  const led: Fact = { kind: 'led', userId: bid.userId, moment: bid };
  const lost = (userId: string, moment: Moment): Fact => ({ kind: 'lost', userId, moment });
  if (bid.lead.kind === 'told') {
    const { leads, outbid } = bid.lead;
    const loser = outbid === undefined || outbid === bid.userId ? [] : [lost(outbid, bid)];
    return leads ? [led, ...loser] : loser;
  }
  if (leader?.led === undefined || leader.userId === bid.userId) return [led];
  // A bid that comes late has been beaten by the one that is known to lead.
  if (leader.led.sequence > bid.sequence) return [led, lost(bid.userId, leader.led)];
  return [led, lost(leader.userId, bid)];
}
