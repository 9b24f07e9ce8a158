import { from, type ProcessDescriptor } from '@gavel/proto/process';

export const bffProcess = {
  name: 'bff',
  kind: 'web',
  summary: 'the web app; the only one that holds sessions',
  entry: 'bff/main.ts',
  port: 3000,
  environment: {
    NODE_ENV: 'production',
    TRACE_CALLERS: 'untrusted',
    AUTH_URL: from.process('auth'),
    BIDS_URL: from.process('bids'),
    USER_STATS_URL: from.process('user-stats'),
    NOTIFICATIONS_URL: from.process('notifications'),
    AMQP_URL: from.amqp,
  },
  startsAfter: ['auth', 'bids', 'user-stats', 'notifications'],
} as const satisfies ProcessDescriptor;
