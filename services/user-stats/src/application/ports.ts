import type { UserStats } from '../domain/user-stats.ts';

/** The projection that the user-stats consumer writes. */
export interface StoredUserStats {
  /** A user's totals; undefined when none of the user's bids has been counted. */
  find(userId: string): Promise<UserStats | undefined>;
}
