import { UserStatsService } from '@gavel/proto/gen/userstats/v1/user_stats_pb';
import { verifierOf } from '@gavel/service-runtime/caller';
import { readServiceConfig } from '@gavel/service-runtime/config';
import { defineService, runService } from '@gavel/service-runtime/run-service';
import { createPostgresUserStats } from './adapters/postgres/postgres-user-stats.ts';
import { createUserStatsService } from './adapters/rpc/user-stats-service.ts';
import { userStatsServiceProcess } from './process.ts';

export const userStatsService = defineService({
  process: userStatsServiceProcess,
  readConfig: readServiceConfig,
  readsOnly: true,
  build({ config, pool, onStop }) {
    const userStats = createPostgresUserStats(pool);
    return {
      routes: (router) => router.service(UserStatsService, createUserStatsService({ userStats })),
      verify: verifierOf(config, onStop),
    };
  },
});

if (import.meta.main) runService(userStatsService);
