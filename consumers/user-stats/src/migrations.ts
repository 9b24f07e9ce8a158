import { consumerRuntimeMigrations } from '@gavel/consumer-runtime/migrations';
import type { MigrationSet } from '@gavel/postgres/migrate';

/** Everything in the stats database, in order. */
export const statsMigrations: readonly MigrationSet[] = [
  consumerRuntimeMigrations,
  { name: 'user-stats', directory: new URL('../migrations/', import.meta.url) },
];
