import { createBucketStore } from '@gavel/object-store/bucket-store';
import { createDirectoryStore } from '@gavel/object-store/directory-store';
import type { Pool } from '@gavel/postgres/pool';
import { BidService, type Item, LeaderboardService, PictureService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { startLoop } from '@gavel/resilience';
import { createCircuit } from '@gavel/resilience/circuit';
import { verifierOf } from '@gavel/service-runtime/caller';
import { createAddressResolver } from '@gavel/service-runtime/client-address';
import { limitRates } from '@gavel/service-runtime/limit-rates';
import { createRateLimiter } from '@gavel/service-runtime/rate-limiter';
import { connectRedis } from '@gavel/service-runtime/redis';
import type { ProcessScope } from '@gavel/service-runtime/run-process';
import { defineService, runService } from '@gavel/service-runtime/run-service';
import type { Redis } from 'ioredis';
import { createBidderMasks } from './adapters/postgres/bidder-masks.ts';
import { createPostgresAuctionViews } from './adapters/postgres/postgres-auction-views.ts';
import { createPostgresAuctions } from './adapters/postgres/postgres-auctions.ts';
import { createPostgresBoards } from './adapters/postgres/postgres-boards.ts';
import { createPostgresWatchLists } from './adapters/postgres/postgres-watch-lists.ts';
import { pruneAnswers } from './adapters/postgres/remembered-bids.ts';
import { pruneListedWords } from './adapters/postgres/search-query.ts';
import { createDatabaseClock } from './adapters/redis/database-clock.ts';
import { createItemCache, uncachedItems } from './adapters/redis/item-cache.ts';
import { createItemEntries } from './adapters/redis/item-entries.ts';
import { createRedisBoards, noKeptBoards } from './adapters/redis/redis-boards.ts';
import { createBidService } from './adapters/rpc/bid-service.ts';
import { createLeaderboardService } from './adapters/rpc/leaderboard-service.ts';
import { createPictureService, MAX_UPLOAD_BYTES, servePictures } from './adapters/rpc/picture-service.ts';
import { createPictureEncoder } from './adapters/sharp/picture-encoder.ts';
import { invalidateChangedItems } from './application/invalidate-changed-items.ts';
import { announceDueAuctions, closeDueAuctions } from './application/lifecycle.ts';
import { PICTURES_PATH } from './application/pictures.ts';
import type { Auctions, ChangedItems, KeptBoards, PictureStore, PublicItems } from './application/ports.ts';
import { type BidsConfig, limitedMethods, readBidsConfig } from './config.ts';
import { bidsProcess } from './process.ts';

// A bid locks its auction for a few milliseconds. A longer wait means that the lock holder is frozen. A longer wait would
// take a connection away from bids on other auctions.
const LOCK_TIMEOUT_MS = 3_000;
const PRUNE_EVERY_MS = 60_000;
const FORGET_WORDS_EVERY_MS = 3_600_000;
/** Auctions must close soon after the database is available again, so the pause after a failure does not grow. */
const CLOSER_BACK_OFF = { firstMs: 500, maxMs: 500 };

export const bidsService = defineService({
  process: bidsProcess,
  readConfig: readBidsConfig,
  pool: { lockTimeoutMs: LOCK_TIMEOUT_MS },
  async build({ config, pool, onStop }) {
    const redis = await connectToRedis(config, onStop);
    const { items, kept } = createShared(redis, config.REDIS_PREFIX);
    const auctions = invalidateChangedItems(createPostgresAuctions(pool), items);
    startBackgroundWork(auctions, pool, onStop);

    const views = createPostgresAuctionViews(pool);
    const masks = createBidderMasks(pool, config.BIDDER_MASK_KEY);
    const watchLists = createPostgresWatchLists(pool);
    const pictures = openPictureStore(config, onStop);
    const encoder = createPictureEncoder();
    onStop('picture encoder', () => encoder.stop());
    const resolveAddress = createAddressResolver(config.BIDS_TRUSTED_PEERS);
    return {
      routes: (router) =>
        router
          .service(BidService, createBidService({ auctions, views, masks, items, watchLists }))
          .service(
            LeaderboardService,
            createLeaderboardService({ kept, counted: createPostgresBoards(pool), masks }),
          )
          .service(PictureService, createPictureService({ encoder, pictures }), {
            readMaxBytes: MAX_UPLOAD_BYTES,
          }),
      uploads: { [`${PictureService.typeName}/UploadPicture`]: MAX_UPLOAD_BYTES },
      verify: verifierOf(config, onStop),
      handlers: { [PICTURES_PATH]: servePictures({ pictures }) },
      resolveAddress,
      interceptors: [
        limitRates({
          limiter: createRateLimiter({ redis, prefix: config.REDIS_PREFIX }),
          resolveAddress,
          methods: limitedMethods(config),
        }),
      ],
      checks: { redis: () => ({ connected: redis?.status === 'ready' }) },
    };
  },
});

type OnStop = ProcessScope['onStop'];

function startBackgroundWork(auctions: Auctions, pool: Pool, onStop: OnStop): void {
  const closer = startLoop('closer', () => closeDueAuctions({ auctions }), CLOSER_BACK_OFF);
  onStop('closer', () => closer.stop());
  const announcer = startLoop('announcer', () => announceDueAuctions({ auctions }), CLOSER_BACK_OFF);
  onStop('announcer', () => announcer.stop());
  const pruner = startLoop('idempotency-key-pruner', async () => {
    await pruneAnswers(pool, 'bid_idempotency_keys');
    await pruneAnswers(pool, 'item_idempotency_keys');
    return PRUNE_EVERY_MS;
  });
  const forgetter = startLoop('listed-word-pruner', async () => {
    await pruneListedWords(pool);
    return FORGET_WORDS_EVERY_MS;
  });
  onStop('listed-word pruner', () => forgetter.stop());
  onStop('idempotency-key pruner', () => pruner.stop());
}

async function connectToRedis(config: BidsConfig, onStop: OnStop): Promise<Redis | undefined> {
  if (config.REDIS_URL === undefined) return undefined;
  const redis = await connectRedis({
    url: config.REDIS_URL,
    meanwhile: 'everything is read from Postgres, and each process has its own rate limits',
    answerTimeoutMs: config.REDIS_ANSWER_MS,
  });
  onStop('redis', () => redis.disconnect());
  return redis;
}

/** The cache of items and the leaderboards in Redis, or their replacements without Redis. */
function createShared(
  redis: Redis | undefined,
  prefix: string,
): { items: PublicItems<Item> & ChangedItems; kept: KeptBoards } {
  if (redis === undefined) return { items: uncachedItems, kept: noKeptBoards };
  const circuit = createCircuit({ name: 'redis' });
  const entries = createItemEntries(redis, prefix);
  return {
    items: createItemCache({ entries, circuit, clock: createDatabaseClock() }),
    kept: createRedisBoards(redis, prefix, circuit),
  };
}

function openPictureStore(config: BidsConfig, onStop: OnStop): PictureStore {
  if (config.PICTURES_DIRECTORY !== undefined) return createDirectoryStore(config.PICTURES_DIRECTORY);
  // The configuration requires exactly one of the two.
  const store = createBucketStore(
    {
      bucket: config.PICTURES_S3_BUCKET ?? '',
      region: config.PICTURES_S3_REGION,
      endpoint: config.PICTURES_S3_ENDPOINT,
    },
    { contentType: 'image/webp', cacheControl: 'public, max-age=31536000, immutable' },
  );
  onStop('pictures', () => store.close());
  return store;
}

if (import.meta.main) runService(bidsService);
