import type { MigrationSet } from '@gavel/postgres/migrate';

/** The tables of bids. */
export const bidsMigrations: MigrationSet = {
  name: 'bids',
  directory: new URL('../migrations/', import.meta.url),
};
