import { from, type ProcessDescriptor } from '@gavel/proto/process';

export const userStatsServiceProcess = {
  name: 'user-stats',
  kind: 'service',
  summary: "serves a user's totals",
  entry: 'services/user-stats/src/main.ts',
  port: 4003,
  // The user-stats consumer owns the tables.
  database: { name: 'gavel_stats' },
  environment: { DATABASE_URL: from.database, AUTH_URL: from.process('auth') },
  startsAfter: [],
} as const satisfies ProcessDescriptor;
