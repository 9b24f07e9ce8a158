import { type UserStats, withoutBids } from '../domain/user-stats.ts';
import type { StoredUserStats } from './ports.ts';

// A file of its own although it is short, so that all services have the same layers.

/** A user's totals; zeros for a user without bids. */
export async function getUserStats(
  { userStats }: { userStats: StoredUserStats },
  { userId }: { userId: string },
): Promise<UserStats> {
  return (await userStats.find(userId)) ?? withoutBids(userId);
}
