/**
 * How leaderboards lie in Redis: written by the leaderboard consumer alone, read by bids. Every board is one sorted set, so
 * that it is there as a whole or not at all. All boards of one building share a token, and readers go by the token in the
 * state: a building that is not finished is never seen.
 *
 * Scores are what a board is ordered by, highest first; equal ones are ordered by member, highest first.
 */
export interface LeaderboardKeys {
  /** A hash: `token` of the boards to read, and what only their keeper reads. */
  readonly state: string;
  /** There as long as somebody keeps the boards; without it nobody may trust them. */
  readonly kept: string;
  /** Of the boards of one building; the name of a board follows. */
  boards(token: string): string;
  /** Matches the keys of all buildings, as in SCAN. */
  readonly anyBoard: string;
}

/** The keys under the prefix that writer and readers agree on, by default `gavel:`. */
export function leaderboardKeys(prefix: string): LeaderboardKeys {
  const base = `${prefix}leaderboards:`;
  return {
    state: `${base}state`,
    kept: `${base}kept`,
    boards: (token) => `${base}of:${token}:`,
    anyBoard: `${base}of:*`,
  };
}

/** Names of the boards. */
export const leaderboard = {
  /** Item ids by their bids in the last hour. */
  hottest: 'hottest',
  /** Seller ids by their sold items. */
  topSellers: 'top-sellers',
  /** One auction's bidders by their highest visible bid, at most BIDDERS_KEPT. */
  topBidders: (itemId: string) => `top-bidders:${itemId}`,
} as const;

/** The most that a board of bidders holds, and that anybody may ask for. */
export const BIDDERS_KEPT = 100;

/** A bidder as a member of a board. The sequence comes first: of two equal amounts the later bid's bidder leads. */
export interface BoardBidder {
  readonly userId: string;
  readonly bidCount: bigint;
  /** Of the event of the bidder's highest bid. */
  readonly sequence: bigint;
}

export function toBidderMember({ userId, bidCount, sequence }: BoardBidder): string {
  return `${String(sequence).padStart(19, '0')}:${bidCount}:${userId}`;
}

/** Throws a RangeError for what is no such member. */
export function parseBidderMember(member: string): BoardBidder {
  const [sequence, bidCount, userId] = member.split(':');
  if (sequence === undefined || bidCount === undefined || userId === undefined) {
    throw new RangeError('not a member of a board of bidders');
  }
  return { userId, bidCount: BigInt(bidCount), sequence: BigInt(sequence) };
}
