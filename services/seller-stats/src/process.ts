import { from, type ProcessDescriptor } from '@gavel/proto/process';

export const sellerStatsServiceProcess = {
  name: 'seller-stats',
  kind: 'service',
  summary: "serves a seller's numbers of sold and unsold items",
  entry: 'services/seller-stats/src/main.ts',
  port: 4005,
  // The seller-stats consumer owns the tables.
  database: { name: 'gavel_seller_stats' },
  environment: { DATABASE_URL: from.database, AUTH_URL: from.process('auth') },
  startsAfter: [],
} as const satisfies ProcessDescriptor;
