import type { MigrationSet } from '@gavel/postgres/migrate';

/** The tables that auth owns, beside the outbox's. */
export const authMigrations: MigrationSet = {
  name: 'auth',
  directory: new URL('../migrations/', import.meta.url),
};
