/**
 * The layout of leaderboards in Redis. Only the leaderboard consumer writes them; the bids service reads them. Every board is
 * one sorted set, so it exists as a whole or not at all. All boards of one build share a token. Readers use the token in the
 * state key, so they never see an unfinished build.
 *
 * A board is ordered by score, highest first; members with equal scores are ordered by member, highest first.
 */
export interface LeaderboardKeys {
  /** A hash: `token` of the boards to read, and fields that only the leaderboard consumer reads. */
  readonly state: string;
  /** Exists while a consumer keeps the boards up to date. If it is missing, readers must not use the boards. */
  readonly kept: string;
  /** The key prefix of one build's boards; a board's name follows it. */
  boards(token: string): string;
  /** A SCAN pattern for the boards of all builds. */
  readonly anyBoard: string;
}

/** The keys under the prefix that writer and readers share; default: `gavel:`. */
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
  /** Item ids by number of bids in the last hour. */
  hottest: 'hottest',
  /** Seller ids by number of sold items. */
  topSellers: 'top-sellers',
  /** One auction's bidders by highest visible bid, at most BIDDERS_KEPT. */
  topBidders: (itemId: string) => `top-bidders:${itemId}`,
} as const;

/** How many bidders a board holds, which is also the largest number that a request may ask for. */
export const BIDDERS_KEPT = 100;

/** A bidder as a member of a board. The sequence comes first, so that of two equal amounts the later bid leads. */
export interface BoardBidder {
  readonly userId: string;
  readonly bidCount: bigint;
  /** The sequence of the event with the bidder's highest bid. */
  readonly sequence: bigint;
}

export function toBidderMember({ userId, bidCount, sequence }: BoardBidder): string {
  return `${String(sequence).padStart(19, '0')}:${bidCount}:${userId}`;
}

/** Throws a RangeError for text that is not such a member. */
export function parseBidderMember(member: string): BoardBidder {
  const [sequence, bidCount, userId] = member.split(':');
  if (sequence === undefined || bidCount === undefined || userId === undefined) {
    throw new RangeError('not a member of a board of bidders');
  }
  return { userId, bidCount: BigInt(bidCount), sequence: BigInt(sequence) };
}
