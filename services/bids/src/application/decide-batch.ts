import { type Auction, type Bid, type HighestBid, nextBidOf, reserveMet } from '../domain/auction/auction.ts';
import type { Decision, PlaceBid, Rejection, RejectionReasons } from '../domain/auction/commands.ts';
import { decide } from '../domain/auction/decide.ts';
import { evolveAll, type Step } from '../domain/auction/evolve.ts';

/** A bid to place. */
export interface BidRequest {
  readonly itemId: string;
  readonly command: PlaceBid;
  /** The idempotency key: its accepted answer is remembered for 24 hours. */
  readonly key: string | undefined;
}

/** The answer to the bidder of an accepted bid. */
export interface BidAnswer {
  /** The bid as others see it. After a raised maximum this is the highest bid, which is the caller's. */
  readonly bid: Bid;
  /** Whether the caller has the highest bid now. */
  readonly leading: boolean;
  readonly currentHighestBid: bigint;
  /** 0 when no bid can be higher. */
  readonly minimumNextBid: bigint;
  readonly endAt: Date;
  readonly reserveMet: boolean;
}

/** The request that a key was used for, and its answer. */
export interface RememberedBid {
  readonly asked: { readonly amount: bigint; readonly maximum: bigint | undefined };
  readonly answer: BidAnswer;
  /** Whether the bid changed what everybody may see; false for a maximum that was only raised. */
  readonly visible: boolean;
}

export type BidResult =
  /** `visible`: whether the bid changed what everybody may see; false for a maximum that was only raised. */
  | { readonly kind: 'accepted'; readonly answer: BidAnswer; readonly visible: boolean }
  /** Nothing was stored. */
  | { readonly kind: 'rejected'; readonly rejection: Rejection<RejectionReasons['PlaceBid']> }
  /** The key already has an answer. Nothing was decided. */
  | { readonly kind: 'repeated'; readonly remembered: RememberedBid };

/** An auction under its lock. */
export interface LockedAuction {
  /** Undefined when the item does not exist. */
  readonly auction: Auction | undefined;
  /** The database's clock, read after the lock was acquired. */
  readonly now: Date;
}

/** An accepted bid and the steps that it caused. */
export interface AcceptedBid<B extends BidRequest = BidRequest> {
  readonly bid: B;
  readonly steps: readonly Step[];
  readonly answer: BidAnswer;
  /** When it was decided. */
  readonly at: Date;
}

/** The steps of one auction, starting after `version`; at least one. */
export interface AuctionChange {
  readonly version: bigint;
  readonly steps: readonly Step[];
}

/** The result of each bid, and everything that has to be written. */
export interface BatchDecision<B extends BidRequest = BidRequest> {
  /** In the order of the bids; undefined for a bid whose auction is not among the locked ones. */
  readonly results: readonly (BidResult | undefined)[];
  /** In the order of the bids. Their answers are remembered if they have a key; no key occurs twice. */
  readonly accepted: readonly AcceptedBid<B>[];
  readonly changes: readonly AuctionChange[];
}

export type DecideBatch = typeof decideBatch;

/** Decides one bid; `decide`, unless a test plants a bug. */
export type DecideBid = (
  auction: Auction | undefined,
  command: PlaceBid,
  now: Date,
) => Decision<RejectionReasons['PlaceBid']>;

/** The name of a key in a map of remembered answers. Each user has their own keys; user ids contain no spaces. */
export function keyOf(userId: string, key: string): string {
  return `${userId} ${key}`;
}

/**
 * Decides bids in their order on the auctions that are locked, each on the state that the bids before it have left. A bid
 * whose key already has an answer, from earlier or from this batch, gets that answer and is not decided.
 */
export function decideBatch<B extends BidRequest>(
  bids: readonly B[],
  locked: ReadonlyMap<string, LockedAuction>,
  remembered: ReadonlyMap<string, RememberedBid>,
  decideBid: DecideBid = decide,
): BatchDecision<B> {
  const open = new Map<string, { current: Auction | undefined; steps: Step[] }>();
  const answered = new Map<string, RememberedBid>();
  const accepted: AcceptedBid<B>[] = [];
  const changes: AuctionChange[] = [];
  const results = bids.map((bid): BidResult | undefined => {
    const { itemId, command, key } = bid;
    const held = locked.get(itemId);
    if (!held) return undefined;
    const name = key === undefined ? undefined : keyOf(command.userId, key);
    const earlier = name === undefined ? undefined : (remembered.get(name) ?? answered.get(name));
    if (earlier) return { kind: 'repeated', remembered: earlier };
    const before = open.get(itemId);
    const current = before ? before.current : held.auction;
    const decision = decideBid(current, command, held.now);
    if (!decision.ok) return { kind: 'rejected', rejection: decision.rejection };
    const steps = evolveAll(current, decision.events);
    const answer = toBidAnswer(command, steps);
    const after = steps.at(-1)?.after;
    const visible = after?.revision !== current?.revision;
    if (before) {
      before.current = after;
      before.steps.push(...steps);
    } else {
      const all = [...steps];
      open.set(itemId, { current: after, steps: all });
      changes.push({ version: held.auction?.version ?? 0n, steps: all });
    }
    accepted.push({ bid, steps, answer, at: held.now });
    if (name !== undefined) answered.set(name, { asked: command, answer, visible });
    return { kind: 'accepted', answer, visible };
  });
  return { results, accepted, changes };
}

/**
 * Replaces rejections by answers that other transactions gave to the same keys while this batch was waiting for its lock. The
 * lock statement's snapshot is older than the lock: of two requests with one key, the second one may wait while the first one
 * is accepted. It must then get the first one's answer and not BID_TOO_LOW.
 */
export function withLateAnswers(
  bids: readonly BidRequest[],
  results: readonly (BidResult | undefined)[],
  found: ReadonlyMap<string, RememberedBid>,
): readonly (BidResult | undefined)[] {
  return bids.map(({ command, key }, i) => {
    const result = results[i];
    if (result?.kind !== 'rejected' || key === undefined) return result;
    const late = found.get(keyOf(command.userId, key));
    return late ? { kind: 'repeated', remembered: late } : result;
  });
}

/** The answer to a bid that caused these steps. */
export function toBidAnswer(command: PlaceBid, steps: readonly Step[]): BidAnswer {
  const after = steps.at(-1)?.after;
  const highest = after?.highestBid;
  if (!after || !highest) throw new Error('a bid was accepted, but the auction has no highest bid');
  return {
    bid: { itemId: after.id, ...ownBid(command, steps, highest) },
    leading: highest.userId === command.userId,
    currentHighestBid: highest.amount,
    minimumNextBid: nextBidOf(after) ?? 0n,
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
