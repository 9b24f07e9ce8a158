import { type UserStats, withoutBids } from '../domain/user-stats.ts';
import type { StoredUserStats } from './ports.ts';

/** A user's totals; zeros for a user without bids. */
export async function getUserStats(
  { userStats }: { userStats: StoredUserStats },
  { userId }: { userId: string },
): Promise<UserStats> {
  return (await userStats.find(userId)) ?? withoutBids(userId);
}
