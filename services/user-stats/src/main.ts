import { verifierOf } from '@gavel/service-runtime/caller';
import { readServiceConfig } from '@gavel/service-runtime/config';
import { defineService, runService } from '@gavel/service-runtime/run-service';
import { createPostgresUserStatsReader } from './adapters/postgres-user-stats-reader.ts';
import { userStatsRoutes } from './adapters/user-stats-rpc.ts';
import { createGetUserStats } from './application/get-user-stats.ts';
import { userStatsServiceProcess } from './process.ts';

export const userStatsService = defineService({
  process: userStatsServiceProcess,
  readConfig: readServiceConfig,
  build: ({ config, pool }) => ({
    routes: userStatsRoutes(createGetUserStats(createPostgresUserStatsReader(pool))),
    verify: verifierOf(config),
  }),
});

if (import.meta.main) runService(userStatsService);
