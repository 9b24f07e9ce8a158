import type { MigrationSet } from '@gavel/postgres/migrate';

/** The command line's own table, beside the checkpoints that it moves; made when first needed. */
export const cliMigrations: MigrationSet = {
  name: 'cli',
  directory: new URL('../../migrations/', import.meta.url),
};
