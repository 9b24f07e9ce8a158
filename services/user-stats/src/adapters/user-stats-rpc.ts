import type { ConnectRouter } from '@connectrpc/connect';
import { UserStatsService } from '@gavel/proto/gen/userstats/v1/user_stats_pb';
import { requireCaller } from '@gavel/service-runtime/caller';
import type { GetUserStats } from '../application/get-user-stats.ts';

/** userstats.v1.UserStatsService. */
export function userStatsRoutes(getUserStats: GetUserStats) {
  return (router: ConnectRouter): void => {
    router.service(UserStatsService, {
      async getUserStats(_, context) {
        const { lastBidAt, ...totals } = await getUserStats(requireCaller(context).userId);
        return { stats: { ...totals, lastUpdatedAt: lastBidAt?.toISOString() ?? '' } };
      },
    });
  };
}
