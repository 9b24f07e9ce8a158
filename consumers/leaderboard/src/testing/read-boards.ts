import { leaderboard, leaderboardKeys, parseBidderMember } from '@gavel/proto/leaderboards';
import { Redis } from 'ioredis';
import type { AllBoards } from './recount.ts';

/** The boards in Redis now; undefined while readers must not use them. */
export async function readBoards(
  url: string,
  prefix: string,
  itemIds: readonly string[],
): Promise<AllBoards | undefined> {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, commandTimeout: 5_000 });
  redis.on('error', () => undefined);
  try {
    const keys = leaderboardKeys(prefix);
    const token = await redis.hget(keys.state, 'token');
    if (token === null || (await redis.exists(keys.kept)) === 0) return undefined;
    const read = async (board: string): Promise<[member: string, score: string][]> => {
      const flat = await redis.zrevrange(keys.boards(token) + board, 0, -1, 'WITHSCORES');
      return flat.flatMap((member, i) =>
        i % 2 === 0 ? [[member, flat[i + 1] ?? ''] as [string, string]] : [],
      );
    };
    const plain = async (board: string) => (await read(board)).map((entry) => entry.join(' '));
    const topBidders: Record<string, string[]> = {};
    for (const itemId of itemIds) {
      topBidders[itemId] = (await read(leaderboard.topBidders(itemId))).map(([member, amount]) => {
        const { userId, bidCount } = parseBidderMember(member);
        return `${userId} ${amount} ${bidCount}`;
      });
    }
    return {
      topBidders,
      hottest: await plain(leaderboard.hottest),
      topSellers: await plain(leaderboard.topSellers),
    };
  } finally {
    redis.disconnect();
  }
}
