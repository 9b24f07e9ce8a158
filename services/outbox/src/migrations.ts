import type { MigrationSet } from '@gavel/postgres/migrate';

/** The tables of the outbox. A service that appends events runs these migrations before its own. */
export const outboxMigrations: MigrationSet = {
  name: 'outbox',
  directory: new URL('../migrations/', import.meta.url),
};
