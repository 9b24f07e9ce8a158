import { SellerStatsService } from '@gavel/proto/gen/sellerstats/v1/seller_stats_pb';
import { verifierOf } from '@gavel/service-runtime/caller';
import { readServiceConfig } from '@gavel/service-runtime/config';
import { defineService, runService } from '@gavel/service-runtime/run-service';
import { createPostgresSellerStats } from './adapters/postgres/postgres-seller-stats.ts';
import { createSellerStatsService } from './adapters/rpc/seller-stats-service.ts';
import { sellerStatsServiceProcess } from './process.ts';

export const sellerStatsService = defineService({
  process: sellerStatsServiceProcess,
  readConfig: readServiceConfig,
  readsOnly: true,
  build({ config, pool, onStop }) {
    const sellerStats = createPostgresSellerStats(pool);
    return {
      routes: (router) => router.service(SellerStatsService, createSellerStatsService({ sellerStats })),
      verify: verifierOf(config, onStop),
    };
  },
});

if (import.meta.main) runService(sellerStatsService);
