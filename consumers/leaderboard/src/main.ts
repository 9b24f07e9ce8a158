import { defineConsumerProgram, runConsumer } from '@gavel/consumer-runtime/run-consumer';
import { startConsumer } from '@gavel/consumer-runtime/start-consumer';
import { connectRedis } from '@gavel/service-runtime/redis';
import { createPostgresBoardSource } from './adapters/postgres/postgres-board-source.ts';
import { createRedisBoardStore } from './adapters/redis/redis-board-store.ts';
import { startBoardKeeper } from './board-keeper.ts';
import { readLeaderboardConfig } from './config.ts';
import { leaderboardConsumer } from './consumer.ts';
import { leaderboardProcess } from './process.ts';

/** No request waits for the boards. An answer that takes longer than this means that Redis has a problem. */
const REDIS_ANSWER_MS = 5_000;

export const leaderboard = defineConsumerProgram({
  process: leaderboardProcess,
  readConfig: readLeaderboardConfig,
  async start({ config, pool, onStop }) {
    const redis = await connectRedis({
      url: config.REDIS_URL,
      meanwhile: 'boards are read from Postgres',
      answerTimeoutMs: REDIS_ANSWER_MS,
    });
    onStop('redis', () => redis.disconnect());
    const keeper = startBoardKeeper(
      createPostgresBoardSource(pool),
      createRedisBoardStore(redis, config.REDIS_PREFIX),
    );
    onStop('board keeper', () => keeper.stop());
    return {
      ...startConsumer({ definition: leaderboardConsumer, pool, streamUrl: config.STREAM_URL }),
      // Without Redis the projection continues and bids reads its own tables. The state is shown, but this process stays ready.
      checks: { boards: () => ({ state: keeper.state, redis: redis.status }) },
    };
  },
});

if (import.meta.main) runConsumer(leaderboard);
