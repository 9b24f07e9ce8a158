import { createPool } from '@gavel/postgres/pool';
import { isTransient } from '@gavel/postgres/sqlstate';
import { BidService, type Item, LeaderboardService, PictureService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { createTokenVerifier } from '@gavel/service-runtime/caller';
import { createCircuit } from '@gavel/service-runtime/circuit';
import { createAddressResolver } from '@gavel/service-runtime/client-address';
import { createHealth } from '@gavel/service-runtime/health';
import { startHttpServer } from '@gavel/service-runtime/http-server';
import { serviceInterceptors } from '@gavel/service-runtime/interceptors';
import { type ProcessScope, runProcess } from '@gavel/service-runtime/process';
import { limitRates } from '@gavel/service-runtime/rate-limit/limit-rates';
import { createRateLimiter } from '@gavel/service-runtime/rate-limit/rate-limiter';
import { connectRedis } from '@gavel/service-runtime/redis';
import type { Redis } from 'ioredis';
import { createPictureDirectory } from './adapters/filesystem/picture-directory.ts';
import { createBidderMasks } from './adapters/postgres/bidder-masks.ts';
import { createPostgresAuctionViews } from './adapters/postgres/postgres-auction-views.ts';
import { createPostgresAuctions } from './adapters/postgres/postgres-auctions.ts';
import { createPostgresBoards } from './adapters/postgres/postgres-boards.ts';
import { createPostgresWatchLists } from './adapters/postgres/postgres-watch-lists.ts';
import { pruneRememberedBids } from './adapters/postgres/remembered-bids.ts';
import { DatabaseClock } from './adapters/redis/database-clock.ts';
import { createItemCache, uncachedItems } from './adapters/redis/item-cache.ts';
import { createItemEntries } from './adapters/redis/item-entries.ts';
import { createRedisBoards, noKeptBoards } from './adapters/redis/redis-boards.ts';
import { createBidService } from './adapters/rpc/bid-service.ts';
import { createLeaderboardService } from './adapters/rpc/leaderboard-service.ts';
import { createPictureService, MAX_UPLOAD_BYTES, servePictures } from './adapters/rpc/picture-service.ts';
import { createPictureBucket } from './adapters/s3/picture-bucket.ts';
import { createSharpEncoder } from './adapters/sharp/picture-encoder.ts';
import { invalidateChangedItems } from './application/invalidate-changed-items.ts';
import { announceDueAuctions, closeDueAuctions } from './application/lifecycle.ts';
import { PICTURES_PATH } from './application/pictures.ts';
import type { ChangedItems, KeptBoards, PictureStore, PublicItems } from './application/ports.ts';
import { startBackgroundLoop } from './background-loop.ts';
import { type BidsConfig, readBidsConfig } from './config.ts';
import { limitedMethods } from './limited-methods.ts';

// A bid holds its auction for some milliseconds. Whoever waits this long waits behind a holder that is frozen, and would
// keep a connection from bids on all other auctions.
const LOCK_TIMEOUT_MS = 3_000;
const PRUNE_EVERY_MS = 60_000;
// What Redis is for can be had without it: longer than this nobody waits.
const REDIS_ANSWER_MS = 50;

/** Wires and starts the service: its RPCs, and the closing of auctions. Resolves to the port it serves. */
export async function startBids(config: BidsConfig, scope: Pick<ProcessScope, 'onStop'>): Promise<number> {
  const pool = createPool({
    connectionString: config.DATABASE_URL,
    max: config.DATABASE_POOL,
    applicationName: 'bids',
    lockTimeoutMs: LOCK_TIMEOUT_MS,
  });
  scope.onStop('database', () => pool.end());

  const redis = await openRedis(config, scope);
  const { items, kept } = shareThrough(redis, config.REDIS_PREFIX);
  const auctions = invalidateChangedItems(createPostgresAuctions(pool), items);
  const views = createPostgresAuctionViews(pool);
  const masks = createBidderMasks(pool, config.BIDDER_MASK_KEY);
  const watchLists = createPostgresWatchLists(pool);

  const closer = startBackgroundLoop('closer', () => closeDueAuctions({ auctions }));
  scope.onStop('closer', () => closer.stop());
  const announcer = startBackgroundLoop('announcer', () => announceDueAuctions({ auctions }));
  scope.onStop('announcer', () => announcer.stop());
  const pruner = startBackgroundLoop('idempotency-key-pruner', async () => {
    await pruneRememberedBids(pool);
    return PRUNE_EVERY_MS;
  });
  scope.onStop('idempotency-key pruner', () => pruner.stop());

  const health = createHealth();
  health.check('database', async () => void (await pool.query('SELECT 1')));

  health.check('redis', () => ({ connected: redis?.status === 'ready' }));

  const verify = createTokenVerifier({
    jwksUrl: new URL('/.well-known/jwks.json', config.AUTH_URL).href,
    issuer: config.AUTH_ISSUER,
    audience: config.AUTH_AUDIENCE,
  });
  const pictures = openPictureStore(config, scope);
  const server = await startHttpServer({
    host: config.HOST,
    port: config.PORT,
    health,
    routes: (router) =>
      router
        .service(BidService, createBidService({ auctions, views, masks, items, watchLists }))
        .service(
          LeaderboardService,
          createLeaderboardService({ kept, counted: createPostgresBoards(pool), masks }),
        )
        .service(PictureService, createPictureService({ encoder: createSharpEncoder(), pictures }), {
          readMaxBytes: MAX_UPLOAD_BYTES,
        }),
    handlers: { [PICTURES_PATH]: servePictures({ pictures }) },
    interceptors: [
      ...serviceInterceptors({ verify, isTransient }),
      limitRates({
        limiter: createRateLimiter({ redis, prefix: config.REDIS_PREFIX }),
        resolveAddress: createAddressResolver(config.BIDS_TRUSTED_PEERS),
        methods: limitedMethods(config),
      }),
    ],
  });
  scope.onStop('server', () => server.close());
  return server.port;
}

async function openRedis(
  config: BidsConfig,
  scope: Pick<ProcessScope, 'onStop'>,
): Promise<Redis | undefined> {
  if (config.REDIS_URL === undefined) return undefined;
  const redis = await connectRedis({
    url: config.REDIS_URL,
    meanwhile: 'everything comes from Postgres, and each process counts requests for itself',
    answerTimeoutMs: REDIS_ANSWER_MS,
  });
  scope.onStop('redis', () => redis.disconnect());
  return redis;
}

/** The cache of items and the boards, as far as there is a Redis to share them through. */
function shareThrough(
  redis: Redis | undefined,
  prefix: string,
): { items: PublicItems<Item> & ChangedItems; kept: KeptBoards } {
  if (redis === undefined) return { items: uncachedItems, kept: noKeptBoards };
  const circuit = createCircuit({ name: 'redis' });
  const entries = createItemEntries(redis, prefix);
  return {
    items: createItemCache({ entries, circuit, clock: new DatabaseClock() }),
    kept: createRedisBoards(redis, prefix, circuit),
  };
}

function openPictureStore(config: BidsConfig, scope: Pick<ProcessScope, 'onStop'>): PictureStore {
  if (config.PICTURES_DIRECTORY !== undefined) return createPictureDirectory(config.PICTURES_DIRECTORY);
  // The configuration holds one of the two.
  const store = createPictureBucket({
    bucket: config.PICTURES_S3_BUCKET ?? '',
    region: config.PICTURES_S3_REGION,
    endpoint: config.PICTURES_S3_ENDPOINT,
  });
  scope.onStop('pictures', () => store.close());
  return store;
}

if (import.meta.main) {
  runProcess('bids', async (scope) => {
    await startBids(readBidsConfig(), scope);
  });
}
