import { consumerRuntimeMigrations } from '@gavel/consumer-runtime/migrations';
import type { MigrationSet } from '@gavel/postgres/migrate';

/** Everything in the leaderboard database, in order. */
export const leaderboardMigrations: readonly MigrationSet[] = [
  consumerRuntimeMigrations,
  { name: 'leaderboard', directory: new URL('../migrations/', import.meta.url) },
];
