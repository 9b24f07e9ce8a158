import { consumerRuntimeMigrations } from '@gavel/consumer-runtime/migrations';
import type { MigrationSet } from '@gavel/postgres/migrate';

/** Everything in the notifications database, in order. */
export const notificationsMigrations: readonly MigrationSet[] = [
  consumerRuntimeMigrations,
  { name: 'notifications', directory: new URL('../migrations/', import.meta.url) },
];
