import { auditorProcess } from '@gavel/auditor-consumer/process';
import type { ConsumerProcess } from '@gavel/consumer-runtime/consumer-process';
import { leaderboardProcess } from '@gavel/leaderboard-consumer/process';
import { notificationsProcess } from '@gavel/notifications-consumer/process';
import { databaseKey, from, type ProcessDescriptor } from '@gavel/proto/process';
import { sellerStatsProcess } from '@gavel/seller-stats-consumer/process';
import { userStatsProcess } from '@gavel/user-stats-consumer/process';

/** Every consumer. A test compares this with the list of processes. */
export const watchedConsumers = [
  userStatsProcess,
  notificationsProcess,
  leaderboardProcess,
  sellerStatsProcess,
  auditorProcess,
] as const satisfies readonly ConsumerProcess[];

export const groupWatchProcess = {
  name: 'group-watch',
  kind: 'bridge',
  summary: 'reports the lag of every consumer group, also of one without members',
  entry: 'consumers/group-watch/src/main.ts',
  port: 4033,
  environment: {
    STREAM_URL: from.stream,
    AMQP_URL: from.amqp,
    ...Object.fromEntries(
      watchedConsumers.map(({ database: { name } }) => [databaseKey(name), from.databaseNamed(name)]),
    ),
  },
  settings: ['GROUP_WATCH_SECONDS'],
  startsAfter: ['relay-auth', 'relay-bids'],
} as const satisfies ProcessDescriptor;
