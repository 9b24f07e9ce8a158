import { leaderboard, leaderboardKeys, toBidderMember } from '@gavel/proto/leaderboards';
import { createRedisScript } from '@gavel/service-runtime/redis';
import type { Redis } from 'ioredis';
import type { AuctionBoard, BoardStore, SellerBoard, Written } from '../../application/ports.ts';
import { BEGIN, FINISH, LOOK, SET_MINUTE, WRITE } from './board-scripts.ts';

/** Readers use Postgres when no keeper has been active for this time. */
const KEPT_MS = 10_000;
const DAY_MS = 24 * 3600 * 1000;
/** Longer than any auction (90 days plus extensions). After this time a board expires, if the end of its auction was missed. */
const RUNNING_MS = 100 * DAY_MS;

/**
 * The boards as sorted sets, written by scripts that check the keeper's fence and the build's token at each call. A restarted
 * Redis, or another one at the same address, has another run id. It may have lost its last second of writes, so its boards
 * count as missing.
 */
export function createRedisBoardStore(redis: Redis, prefix: string): BoardStore {
  const keys = leaderboardKeys(prefix);
  const look = createRedisScript(redis, LOOK);
  const begin = createRedisScript(redis, BEGIN);
  const write = createRedisScript(redis, WRITE);
  const finish = createRedisScript(redis, FINISH);
  const setMinute = createRedisScript(redis, SET_MINUTE);
  return {
    async look({ fence, projection }) {
      const run = await runId(redis);
      const answer = await look([keys.state, keys.kept], [String(fence), projection, run, KEPT_MS]);
      if (answer === 'fenced' || answer === 'missing') return { kind: answer };
      const [token, minute] = answer as [string, string];
      return { kind: 'whole', token, minute: new Date(minute) };
    },
    async begin({ fence, projection }, token, minute) {
      const run = await runId(redis);
      const args = [String(fence), projection, run, token, minute.toISOString()];
      return (await begin([keys.state], args)) as Written;
    },
    async write({ fence }, token, { auctions, sellers }) {
      const names = [keys.boards(token), leaderboard.hottest, leaderboard.topSellers];
      const boards = [JSON.stringify(auctions.map(toAuction)), JSON.stringify(sellers.map(toSeller))];
      return (await write([keys.state], [String(fence), token, ...names, ...boards])) as Written;
    },
    async finish({ fence }, token) {
      return (await finish([keys.state, keys.kept], [String(fence), token, KEPT_MS])) as Written;
    },
    async setMinute({ fence }, token, minute) {
      return (await setMinute([keys.state], [String(fence), token, minute.toISOString()])) as Written;
    },
    async sweep(token) {
      let cursor = '0';
      do {
        const [next, found] = await redis.scan(cursor, 'MATCH', keys.anyBoard, 'COUNT', 1_000);
        const old = found.filter((key) => !key.startsWith(keys.boards(token)));
        if (old.length > 0) await redis.unlink(...old);
        cursor = next;
      } while (cursor !== '0');
    },
  };
}

function toAuction({ itemId, isClosed, recentBids, bidders }: AuctionBoard) {
  return [
    leaderboard.topBidders(itemId),
    itemId,
    String(isClosed ? 0n : recentBids),
    isClosed ? DAY_MS : RUNNING_MS,
    bidders.flatMap((bidder) => [String(bidder.amount), toBidderMember(bidder)]),
  ];
}

function toSeller({ sellerId, soldCount }: SellerBoard) {
  return [sellerId, String(soldCount)];
}

async function runId(redis: Redis): Promise<string> {
  const run = /^run_id:(\S+)/m.exec(await redis.info('server'))?.[1];
  if (run === undefined) throw new Error('Redis reports no run id');
  return run;
}
