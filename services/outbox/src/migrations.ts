import type { MigrationSet } from '@gavel/postgres/migrate';

/** The outbox's tables. Every database whose service appends events runs these, before its own. */
export const outboxMigrations: MigrationSet = {
  name: 'outbox',
  directory: new URL('../migrations/', import.meta.url),
};
