import { type UserStats, withoutBids } from '../domain/user-stats.ts';

/** The read side of the projection. */
export interface UserStatsReader {
  /** A person's totals, or undefined when none of their bids has been counted. */
  find(userId: string): Promise<UserStats | undefined>;
}

export type GetUserStats = (userId: string) => Promise<UserStats>;

/** A person's totals; zeros for one without bids. */
export function createGetUserStats(reader: UserStatsReader): GetUserStats {
  return async (userId) => (await reader.find(userId)) ?? withoutBids(userId);
}
