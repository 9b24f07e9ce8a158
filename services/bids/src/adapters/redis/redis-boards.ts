import { leaderboard, leaderboardKeys, parseBidderMember } from '@gavel/proto/leaderboards';
import type { Circuit } from '@gavel/resilience/circuit';
import { createRedisScript } from '@gavel/service-runtime/redis';
import type { Redis } from 'ioredis';
import type { KeptBoards } from '../../application/ports.ts';

// A missing board counts as unavailable: a board that Redis has evicted looks the same as one that never existed.
const READ = `
  local token = redis.call('HGET', KEYS[1], 'token')
  if not token or redis.call('EXISTS', KEYS[2]) == 0 then return false end
  local board = ARGV[1] .. token .. ARGV[2]
  if redis.call('EXISTS', board) == 0 then return false end
  return redis.call('ZREVRANGE', board, ARGV[3], ARGV[4], 'WITHSCORES')`;

/** For a service without Redis: no board is available. */
export const noKeptBoards: KeptBoards = {
  topBidders: () => Promise.resolve(undefined),
  hottest: () => Promise.resolve(undefined),
  topSellers: () => Promise.resolve(undefined),
};

/** The leaderboards that the leaderboard consumer maintains. */
export function createRedisBoards(redis: Redis, prefix: string, circuit: Circuit): KeptBoards {
  const keys = leaderboardKeys(prefix);
  const script = createRedisScript(redis, READ);
  const [before, after] = keys.boards('|').split('|');
  const read = async (board: string, from: number, limit: number): Promise<Entry[] | undefined> => {
    const args = [before ?? '', `${after}${board}`, from, from + limit - 1];
    const answer = await circuit.attempt(() => script([keys.state, keys.kept], args));
    return answer ? pairs(answer as string[]) : undefined;
  };
  return {
    async topBidders(itemId, limit) {
      const entries = await read(leaderboard.topBidders(itemId), 0, limit);
      return entries?.map(({ member, score }) => {
        const { userId, bidCount } = parseBidderMember(member);
        return { userId, bidCount, amount: score };
      });
    },
    async hottest(from, limit) {
      const entries = await read(leaderboard.hottest, from, limit);
      return entries?.map(({ member, score }) => ({ itemId: member, recentBids: score }));
    },
    async topSellers(limit) {
      const entries = await read(leaderboard.topSellers, 0, limit);
      return entries?.map(({ member, score }) => ({ sellerId: member, soldCount: score }));
    },
  };
}

interface Entry {
  readonly member: string;
  readonly score: bigint;
}

function pairs(flat: readonly string[]): Entry[] {
  const entries: Entry[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    entries.push({ member: flat[i] ?? '', score: BigInt(flat[i + 1] ?? '0') });
  }
  return entries;
}
