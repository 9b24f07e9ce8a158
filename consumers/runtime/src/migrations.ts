import type { MigrationSet } from '@gavel/postgres/migrate';

/** Checkpoints, processed events and dead letters: part of every consumer's own database. */
export const consumerRuntimeMigrations: MigrationSet = {
  name: 'consumer-runtime',
  directory: new URL('../migrations/', import.meta.url),
};
