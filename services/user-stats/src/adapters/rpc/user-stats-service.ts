import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import type { UserStatsSchema, UserStatsService } from '@gavel/proto/gen/userstats/v1/user_stats_pb';
import { requireCaller } from '@gavel/service-runtime/caller';
import type { StoredUserStats } from '../../application/ports.ts';
import { getUserStats } from '../../application/user-stats.ts';
import type { UserStats } from '../../domain/user-stats.ts';

/** userstats.v1.UserStatsService: reads the request, runs the use case and builds the response. */
export function createUserStatsService(ports: {
  userStats: StoredUserStats;
}): ServiceImpl<typeof UserStatsService> {
  return {
    async getUserStats(_, context) {
      const { userId } = requireCaller(context);
      return { stats: toMessage(await getUserStats(ports, { userId })) };
    },
  };
}

function toMessage({ lastBidAt, totals, ...sums }: UserStats): MessageInitShape<typeof UserStatsSchema> {
  return { ...sums, totals: [...totals], lastUpdatedAt: lastBidAt?.toISOString() ?? '' };
}
