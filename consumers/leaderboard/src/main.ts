import { keepHeapSmall } from '@gavel/consumer-runtime/small-heap';
import { startConsumer } from '@gavel/consumer-runtime/start-consumer';
import { createPool } from '@gavel/postgres/pool';
import { createHealth } from '@gavel/service-runtime/health';
import { sendJson, startHttpServer } from '@gavel/service-runtime/http-server';
import { type ProcessScope, runProcess } from '@gavel/service-runtime/process';
import { connectRedis } from '@gavel/service-runtime/redis';
import { createPostgresBoardSource } from './adapters/postgres/postgres-board-source.ts';
import { createRedisBoardStore } from './adapters/redis/redis-board-store.ts';
import { startBoardKeeper } from './board-keeper.ts';
import { type LeaderboardConfig, readLeaderboardConfig } from './config.ts';
import { leaderboardConsumer } from './consumer.ts';

/** Nobody waits for the boards: what takes longer than this is a Redis in trouble. */
const REDIS_ANSWER_MS = 5_000;

/** Wires and starts the consumer and the keeper of its boards; returns the base URL of its health answers. */
export async function startLeaderboard(
  config: LeaderboardConfig,
  scope: Pick<ProcessScope, 'onStop'>,
): Promise<string> {
  const pool = createPool({
    connectionString: config.DATABASE_URL,
    applicationName: 'consumer-leaderboard',
    max: config.DATABASE_POOL,
  });
  scope.onStop('database', () => pool.end());
  const redis = await connectRedis({
    url: config.REDIS_URL,
    meanwhile: 'boards are read from Postgres',
    answerTimeoutMs: REDIS_ANSWER_MS,
  });
  scope.onStop('redis', () => redis.disconnect());

  const consumer = startConsumer({ definition: leaderboardConsumer, pool, streamUrl: config.STREAM_URL });
  scope.onStop('consumer', () => consumer.stop());
  const keeper = startBoardKeeper(
    createPostgresBoardSource(pool),
    createRedisBoardStore(redis, config.REDIS_PREFIX),
  );
  scope.onStop('board keeper', () => keeper.stop());

  const health = createHealth();
  health.check('database', () => pool.query('SELECT 1').then(() => undefined));
  health.check('consumer', () => consumer.check());
  // Without Redis the projection goes on, and bids reads its own tables: shown, but no reason to take this process away.
  health.check('boards', () => ({ state: keeper.state, redis: redis.status }));
  const server = await startHttpServer({
    host: config.HOST,
    port: config.PORT,
    health,
    handlers: { '/status': (_, response) => sendJson(response, 200, consumer.status()) },
  });
  scope.onStop('http', () => server.close());
  return `http://${config.HOST}:${server.port}`;
}

if (import.meta.main) {
  keepHeapSmall();
  runProcess('consumer-leaderboard', async (scope) => {
    await startLeaderboard(readLeaderboardConfig(), scope);
  });
}
